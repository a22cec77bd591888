const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SHAPE = /^(\d{1,9})(ms|s|m|h|d)$/;

/** A length of time as people write it in a configuration: `500ms`, `30s`, `10m`, `2h`, `30d`. */
export type Duration = `${number}${keyof typeof UNIT_MS}`;

/** `"10m"` → 600000 milliseconds; `undefined` for text that is not a duration. */
export function durationMs(text: string): number | undefined {
  const match = SHAPE.exec(text);
  const unit = match?.[2];
  if (match === null || unit === undefined || !(unit in UNIT_MS)) return undefined;
  return Number(match[1]) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

/**
 * `"10m"` → 600000 milliseconds.
 * @throws TypeError that names the option, if the text is no duration or is zero
 */
export function parseDuration(text: string, option: string): number {
  const ms = durationMs(text);
  if (ms === undefined) {
    throw new TypeError(`${option}: "${text}" is not a duration; write a whole number and one of ms, s, m, h, d`);
  }
  if (ms === 0) throw new TypeError(`${option}: a duration of zero makes no sense here`);
  return ms;
}
