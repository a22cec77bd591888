/** Every action that the audit log knows; docs/guides/audit.md says when each is written. A refresh writes none. */
export const AUDIT_ACTIONS = [
  "session.start",
  "session.end",
  "session.step_up",
  "session.step_up_refused",
  "sessions.reset",
  "token.revoke",
  "refresh.repeated",
  "user.roles",
  "user.resolved",
  "user.stale",
  "user.ban",
  "user.unban",
  "user.phone",
  "user.close",
  "identity.conflict",
  "users.link",
  "users.move",
  "users.undo",
  "users.import",
  "role.set",
  "role.remove",
  "key.add",
  "key.revoke",
  "recover",
  "client.refused",
  "personal.read",
  "webhook.retry",
] as const;

/** @see AUDIT_ACTIONS */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
