import type { AuditLink } from "../../store/audit-chain.ts";

/** A link of the audit chain as it is shown and exported: what is absent is left out. */
export type ExportedRecord = Readonly<Record<string, unknown>>;

/**
 * A link for people and for other systems. Personal fields are named and not shown unless asked for; where `personal_hash`
 * stands without them, they were erased.
 */
export function exportedRecord(link: AuditLink, withPersonal: boolean): ExportedRecord {
  const { seq, id, at, action, actor, userId, sid, app, why, rule, requestId, detail, personalHash, hash } = link;
  const personal = link.personal === null ? null : JSON.parse(link.personal.fields);
  const shown = {
    seq,
    id,
    at,
    action,
    actor,
    user_id: userId,
    sid,
    app,
    why,
    rule,
    request_id: requestId,
    detail: detail === null ? null : JSON.parse(detail),
    ...(withPersonal
      ? { personal, personal_salt: link.personal?.salt ?? null }
      : { personal_fields: personal === null ? null : Object.keys(personal) }),
    personal_hash: personalHash,
    hash,
  };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== null));
}
