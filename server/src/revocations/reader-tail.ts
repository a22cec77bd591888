import type { OutboxFollower, Reading } from "./follow-outbox.ts";

/** What the follower reads from now on, for one reader of the feed who takes it at its own pace. */
export interface Tail {
  /** The next reading; `undefined` when it has ended. */
  next(): Promise<Reading | undefined>;
  /** Ends it, for waiting readers too. May be called again. */
  end(): void;
}

/**
 * @param most entries that may wait. A reader that falls further behind is let go, and comes back with its cursor: memory must
 * not depend on the slowest reader.
 */
export function createTail(follower: Pick<OutboxFollower, "listen">, most: number): Tail {
  let waiting: Reading[] = [];
  let entries = 0;
  let hasEnded = false;
  let wake: (() => void) | undefined;

  const stopListening = follower.listen((reading) => {
    const last = waiting.at(-1);
    // A reading without entries that was not taken yet is replaced by the next one.
    if (last !== undefined && last.entries.length === 0 && !last.isReset) waiting.pop();
    waiting.push(reading);
    entries += reading.entries.length;
    if (entries > most) end();
    wake?.();
  });

  function end(): void {
    hasEnded = true;
    waiting = [];
    stopListening();
    wake?.();
  }

  return Object.freeze<Tail>({
    async next() {
      while (waiting.length === 0 && !hasEnded) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const reading = waiting.shift();
      entries -= reading?.entries.length ?? 0;
      return reading;
    },
    end,
  });
}
