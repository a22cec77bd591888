import type { AuditStore } from "../../../audit.ts";
import type { AuditLink } from "../../../audit-chain.ts";
import type { SqlDatabase } from "../../dialect.ts";
import type { AuditChainRow } from "../../schema.ts";

/** Reads the chain of audit records and its state. */
export function createReadChain({ reader }: SqlDatabase): Pick<AuditStore, "links" | "state"> {
  return {
    links: async (after, limit) => {
      const rows = await reader
        .selectFrom("hufu_audit_chain as link")
        .leftJoin("hufu_audit_personal as side", "side.seq", "link.seq")
        .selectAll("link")
        .select(["side.salt as salt", "side.fields as fields"])
        .where("link.seq", ">", after)
        .orderBy("link.seq")
        .limit(limit)
        .execute();
      return rows.map(linkFromRow);
    },
    state: async () => {
      const row = await reader
        .selectFrom("hufu_audit_head")
        .select((one) => [
          "seq",
          "hash",
          "start_seq",
          "start_hash",
          one
            .selectFrom("hufu_audit")
            .select((waiting) => waiting.fn.countAll<number>().as("waiting"))
            .as("waiting"),
        ])
        .where("id", "=", 1)
        .executeTakeFirstOrThrow();
      return {
        head: { seq: row.seq, hash: row.hash },
        start: { seq: row.start_seq, hash: row.start_hash },
        waiting: Number(row.waiting),
      };
    },
  };
}

function linkFromRow(row: AuditChainRow & { readonly salt: string | null; readonly fields: string | null }): AuditLink {
  return {
    seq: row.seq,
    id: row.id,
    at: row.at,
    action: row.action,
    actor: row.actor,
    userId: row.user_id,
    sid: row.sid,
    app: row.app,
    why: row.why,
    rule: row.rule,
    requestId: row.request_id,
    detail: row.detail,
    personalHash: row.personal_hash,
    hash: row.hash,
    personal: row.salt === null || row.fields === null ? null : { salt: row.salt, fields: row.fields },
  };
}
