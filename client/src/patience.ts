import type { Runtime } from "./runtime.ts";

/** Waiting, on a device that may sleep in the middle of it. */
export interface Patience {
  /** Resolves after so many milliseconds; `wakes`: earlier, when the mini program comes to the foreground. */
  pause(ms: number, wakes: boolean): Promise<void>;
  /** Milliseconds before the try after so many failures: doubling from half a second to eight, less up to a half. */
  backoff(failures: number): number;
  /**
   * Calls `late` when the time is over. After a stay in the background, in which no network could be had, there is a grace
   * in which what is waited for may still come. Answers how to call it off.
   */
  watch(until: number, late: () => void): () => void;
  /** Settles as `work` does, or rejects with `late()` when the time is over. */
  inTime<Value>(work: Promise<Value>, until: number, late: () => Error): Promise<Value>;
}

const FIRST_MS = 500;
const MOST_MS = 8000;
const GRACE_MS = 5000;

export function createPatience(runtime: Runtime, seeded: () => number): Patience {
  const sleepers = new Set<() => void>();
  let shownAt = Number.NEGATIVE_INFINITY;
  runtime.onShow(() => {
    shownAt = runtime.now();
    sleepers.forEach((wake) => {
      wake();
    });
  });

  return {
    pause: (ms, wakes) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(wake);
          cancel();
          resolve();
        };
        const cancel = runtime.later(ms, wake);
        if (wakes) sleepers.add(wake);
      }),
    backoff: (failures) => Math.min(FIRST_MS * 2 ** Math.min(failures, 9), MOST_MS) * (1 - seeded() / 2),
    watch,
    inTime: (work, until, late) =>
      new Promise((resolve, reject) => {
        const cancel = watch(until, () => reject(late()));
        work.then(
          (value) => {
            cancel();
            resolve(value);
          },
          (error) => {
            cancel();
            reject(error);
          },
        );
      }),
  };

  function watch(until: number, late: () => void): () => void {
    let cancel = runtime.later(Math.max(0, until - runtime.now()), over);
    function over(): void {
      const grace = shownAt + GRACE_MS - runtime.now();
      if (grace > 0 && grace <= GRACE_MS) cancel = runtime.later(grace, over);
      else late();
    }
    return () => cancel();
  }
}
