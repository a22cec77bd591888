import type { Caller } from "../core/caller.ts";
import type { AuditAction } from "./audit-actions.ts";
import type { AuditRecord } from "./records.ts";

/** What an audit record says beside who did it and in which request. */
export interface AuditFacts extends Omit<AuditRecord, "action" | "actor" | "requestId"> {
  readonly action: AuditAction;
}

type Detail = NonNullable<AuditRecord["detail"]>;

/** An audit record of what this caller did, with the address that it came from, where that is known. */
export function auditRecord(caller: Caller, { detail, personal, ...facts }: AuditFacts): AuditRecord {
  const { by, requestId, theirRequestId, reason, address } = caller;
  const more: Record<string, Detail[string]> = {};
  if (reason !== undefined) more["reason"] = reason;
  if (theirRequestId !== undefined) more["caller_request_id"] = theirRequestId;
  return {
    ...facts,
    actor: by,
    requestId,
    detail: unlessEmpty({ ...more, ...detail }),
    personal: unlessEmpty({ ...(address === undefined ? {} : { address }), ...personal }),
  };
}

function unlessEmpty<Fields extends object>(fields: Fields): Fields | undefined {
  return Object.keys(fields).length === 0 ? undefined : fields;
}
