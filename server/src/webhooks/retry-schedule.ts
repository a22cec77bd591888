import type { Random } from "../core/random.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** After the first attempt, the second, …: what waits until the next one. Three days in all. */
const DELAYS_MS: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  12 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** A part of each delay is drawn, so that what failed together does not come back together. */
const JITTER = 0.25;

/** How often a message is sent before it is a dead letter. */
export const ATTEMPTS_MOST: number = DELAYS_MS.length + 1;

/** Milliseconds until the next attempt, jitter included; `null` after the last. */
export function delayAfter(attempt: number, random: Random): number | null {
  const delay = DELAYS_MS[attempt - 1];
  if (delay === undefined) return null;
  return Math.round(delay * (1 + JITTER * (random(2).readUInt16BE() / 65_536)));
}
