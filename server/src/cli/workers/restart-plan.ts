/** Starts that fail one after the other, with none between that succeeds, before the whole is given up. */
export const FAILED_STARTS_MOST = 5;
/** A worker that lived for less is one of several that end soon. */
const SHORT_LIFE_MS = 30_000;
const FIRST_PAUSE_MS = 1000;
const PAUSE_MOST_MS = 30_000;

/**
 * How many workers of one place in a row have ended soon.
 * @param before what it was
 * @param livedMs of the one that has ended
 */
export function shortLives(before: number, livedMs: number): number {
  return livedMs < SHORT_LIFE_MS ? before + 1 : 1;
}

/** Before the next one starts: at once after the first end, then 1, 2, 4 … 30 seconds. */
export function restartPauseMs(lives: number): number {
  return lives <= 1 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (lives - 2), PAUSE_MOST_MS);
}
