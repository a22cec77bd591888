const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** A length of time as people say it: `3 minutes`, `2 days`. Milliseconds in, rounded down to the largest unit. */
export function durationInWords(ms: number): string {
  for (const [unit, size] of UNITS) {
    if (ms < size) continue;
    const count = Math.floor(ms / size);
    return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return "less than a second";
}

/** An instant beside now: `3 minutes ago`, `in 2 days`. Both in epoch milliseconds. */
export function relativeToNow(at: number, now: number): string {
  if (Math.abs(at - now) < 1000) return "now";
  return at < now ? `${durationInWords(now - at)} ago` : `in ${durationInWords(at - now)}`;
}

/** `2026-08-25T08:00:00Z (3 minutes ago)`. */
export function instantInWords(at: number, now: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return `${at / 1000} (no instant that a calendar knows)`;
  return `${date.toISOString().replace(/\.\d+Z$/, "Z")} (${relativeToNow(at, now)})`;
}
