/** `1 session`, `2 sessions`; `plural` where an s is not enough. */
export function counted(count: number, thing: string, plural = `${thing}s`): string {
  return `${count} ${count === 1 ? thing : plural}`;
}
