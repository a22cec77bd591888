import type { Clock } from "../../core/time/clock.ts";
import type { Counts, DirectoryStore } from "../../store/directory.ts";

/** Counting reads whole indexes: at most so often on a node, however many ask. */
const COUNTED_EVERY_MS = 60_000;

/** Counts, and when they were made. */
export interface Counted {
  readonly counts: Counts;
  /** Epoch ms. */
  readonly at: number;
}

/** Answers counts that are a minute old at most; of those who ask at once, one counts. */
export function createCounting({ counts }: Pick<DirectoryStore, "counts">, clock: Clock): () => Promise<Counted> {
  let kept: Promise<Counted> | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;

  return () => {
    const now = clock.monotonic();
    if (kept !== undefined && now - keptAt < COUNTED_EVERY_MS) return kept;
    keptAt = now;
    const counting = counts().then((found) => ({ counts: found, at: clock.now() }));
    kept = counting;
    // An outage is not kept.
    counting.catch(() => {
      if (kept === counting) kept = undefined;
    });
    return counting;
  };
}
