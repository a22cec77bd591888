import type { AuditFilter, AuditStore } from "../../audit.ts";
import type { StoredAuditRecord } from "../../records.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { AuditChainRow } from "../schema.ts";
import { AUDIT_COLUMNS } from "../statements/audit/audit-columns.ts";
import { createReadChain } from "../statements/audit/read-chain.ts";
import { createSealAudit } from "../statements/audit/seal-audit.ts";
import type { Statements } from "../statements/prepared/statements.ts";

/** A record's row, waiting or chained. */
interface RecordRow extends Pick<AuditChainRow, (typeof AUDIT_COLUMNS)[number]> {
  readonly seq: number | null;
  readonly personal: string | null;
}

export function createSqlAudit(database: SqlDatabase, { accompany }: Statements): AuditStore {
  const { reader, differences } = database;
  const { equalsNullable } = differences;

  const waiting = ({ userId, action, requestId, before, limit }: AuditFilter): Promise<readonly RecordRow[]> => {
    let query = reader
      .selectFrom("hufu_audit")
      .select([...AUDIT_COLUMNS, "personal"])
      .$castTo<Omit<RecordRow, "seq">>();
    if (userId !== undefined) query = query.where("user_id", "=", userId);
    if (action !== undefined) query = query.where("action", "=", action);
    if (requestId !== undefined) query = query.where(equalsNullable("request_id", requestId));
    if (before !== undefined) query = query.where("id", "<", before);
    const rows = query.orderBy("id", "desc").limit(limit).execute();
    return rows.then((found) => found.map((row) => ({ ...row, seq: null })));
  };
  const chained = ({ userId, action, requestId, before, limit }: AuditFilter): Promise<readonly RecordRow[]> => {
    let query = reader
      .selectFrom("hufu_audit_chain as link")
      .leftJoin("hufu_audit_personal as side", "side.seq", "link.seq")
      .select(AUDIT_COLUMNS.map((column) => `link.${column}` as const))
      .select(["link.seq as seq", "side.fields as personal"]);
    if (userId !== undefined) query = query.where("link.user_id", "=", userId);
    if (action !== undefined) query = query.where("link.action", "=", action);
    if (requestId !== undefined) query = query.where(equalsNullable("link.request_id", requestId));
    if (before !== undefined) query = query.where("link.id", "<", before);
    return query.orderBy("link.id", "desc").limit(limit).execute();
  };

  return Object.freeze<AuditStore>({
    append: (records) => database.write((db) => accompany(db, { audit: records })),
    list: async (filter) => {
      // In this order: a record that moves between the two readings is found twice, never missed.
      const records = new Map((await waiting(filter)).map((row) => [row.id, row]));
      for (const row of await chained(filter)) records.set(row.id, row);
      const newestFirst = [...records.values()].toSorted((a, b) => b.id - a.id);
      return newestFirst.slice(0, filter.limit).map(recordFromRow);
    },
    seal: createSealAudit(database),
    ...createReadChain(database),
  });
}

function recordFromRow(row: RecordRow): StoredAuditRecord {
  return {
    id: row.id,
    at: row.at,
    seq: row.seq,
    action: row.action,
    actor: row.actor,
    ...(row.user_id === null ? {} : { userId: row.user_id }),
    ...(row.sid === null ? {} : { sid: row.sid }),
    ...(row.app === null ? {} : { app: row.app }),
    ...(row.why === null ? {} : { why: row.why }),
    ...(row.rule === null ? {} : { rule: row.rule }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(row.detail === null ? {} : { detail: JSON.parse(row.detail) }),
    ...(row.personal === null ? {} : { personal: JSON.parse(row.personal) }),
  };
}
