/** Tables by the beginning of their indexes' names, which is the table's. */
const TABLES = [
  "hufu_users",
  "hufu_identities",
  "hufu_unions",
  "hufu_sessions",
  "hufu_roles",
  "hufu_resets",
  "hufu_keys",
  "hufu_hot",
  "hufu_phones",
  "hufu_tickets",
] as const;

/** `table.column` for an index that servers name instead of its columns: `hufu_sessions_code_hash`. */
export function uniqueWhere(index: string): string {
  const table = TABLES.find((name) => index.startsWith(`${name}_`));
  return table === undefined ? index : `${table}.${index.slice(table.length + 1)}`;
}
