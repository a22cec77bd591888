/** Non-empty, at most `limit` characters, visible ASCII without spaces: what ids, codes and tokens look like. */
export function isVisibleAscii(value: unknown, limit: number): value is string {
  return typeof value === "string" && value.length <= limit && /^[\x21-\x7e]+$/.test(value);
}
