import type { AuditStore } from "../../audit.ts";
import type { StoredAuditRecord } from "../../records.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { AuditRow } from "../schema.ts";
import type { Statements } from "../statements/statements.ts";

export function createSqlAudit(database: SqlDatabase, { accompany }: Statements): AuditStore {
  return Object.freeze<AuditStore>({
    append: (records) => database.write((db) => accompany(db, { audit: records })),
    list: async ({ userId, action, limit }) => {
      let query = database.reader
        .selectFrom("hufu_audit")
        .select(["id", "at", "action", "user_id", "sid", "app", "actor", "why", "request_id", "detail"]);
      if (userId !== undefined) query = query.where("user_id", "=", userId);
      if (action !== undefined) query = query.where("action", "=", action);
      const rows = await query.orderBy("id", "desc").limit(limit).execute();
      return rows.map(recordFromRow);
    },
  });
}

function recordFromRow(row: Omit<AuditRow, "id"> & { readonly id: number }): StoredAuditRecord {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actor: row.actor,
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    ...(row.sid === null ? {} : { sid: row.sid }),
    ...(row.app === null ? {} : { app: row.app }),
    ...(row.why === null ? {} : { why: row.why }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(row.detail === null ? {} : { detail: JSON.parse(row.detail) }),
  };
}
