import { auditRecord } from "../../store/audit-record.ts";
import type { ListedUser } from "../../store/users.ts";
import type { Desk } from "./in-administration.ts";

/** Notes in the audit log whose personal data is about to be shown whole. */
export async function notePersonalRead({ store, by }: Desk, users: readonly ListedUser[]): Promise<void> {
  if (users.length === 0) return;
  await store.audit.append(users.map(({ user }) => auditRecord(by, { action: "personal.read", userId: user.id })));
}
