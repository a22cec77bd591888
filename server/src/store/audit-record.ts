import type { Caller } from "../core/caller.ts";
import type { AuditRecord } from "./records.ts";

/** What an audit record says beside who did it and in which request. */
export type AuditFacts = Omit<AuditRecord, "actor" | "requestId">;

type Detail = NonNullable<AuditRecord["detail"]>;

/** An audit record of what this caller did. */
export function auditRecord(caller: Caller, { detail, ...facts }: AuditFacts): AuditRecord {
  const { by, requestId, theirRequestId, reason } = caller;
  const more: Record<string, Detail[string]> = {};
  if (reason !== undefined) more["reason"] = reason;
  if (theirRequestId !== undefined) more["caller_request_id"] = theirRequestId;
  const all = { ...more, ...detail };
  return { ...facts, actor: by, requestId, detail: Object.keys(all).length === 0 ? undefined : all };
}
