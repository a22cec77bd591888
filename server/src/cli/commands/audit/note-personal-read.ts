import type { AuditStore } from "../../../store/audit.ts";
import { auditRecord } from "../../../store/audit-record.ts";
import type { AuditRecord } from "../../../store/records.ts";
import type { Actor } from "../../actor.ts";

/** Notes, before it happens, that an operator at the command line reads personal fields. */
export function notePersonalRead(
  audit: AuditStore,
  by: Actor,
  detail: NonNullable<AuditRecord["detail"]>,
): Promise<void> {
  return audit.append([auditRecord(by, { action: "personal.read", detail })]);
}
