/** How much later than the quickest one a beat of one stream has come, in milliseconds. */
export type BeatLag = (at: number, receivedAt: number) => number;

/** Beats say whole seconds, so that two of them may differ by so much without being late. */
const GRAIN_MS = 1000;

/**
 * A beat that something on the way has held back says what was true then, not now. The server's clock and ours need not
 * agree for that to show: only how far apart they are must not grow while one stream lasts. A server clock that is set
 * back looks like it, and costs one new stream.
 */
export function createBeatLag(): BeatLag {
  let least = Number.POSITIVE_INFINITY;
  return (at, receivedAt) => {
    const apart = receivedAt - at * 1000;
    least = Math.min(least, apart);
    return Math.max(0, apart - least - GRAIN_MS);
  };
}
