/** What a row of `hufu_audit` and the link that it becomes have in common. */
export const AUDIT_COLUMNS = [
  "id",
  "at",
  "action",
  "user_id",
  "sid",
  "app",
  "actor",
  "why",
  "rule",
  "request_id",
  "detail",
] as const;
