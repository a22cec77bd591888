import type { Runtime } from "./runtime.ts";

/** A time limit that counts the foreground only. It runs on a timer, because the device's clock may jump. */
export interface Deadline {
  isOver(): boolean;
  /** Milliseconds left; only roughly, where the clock jumped. */
  left(): number;
  /** Starts again with the whole time. */
  renew(): void;
  cancel(): void;
}

/** Waiting, on a device that may sleep in the middle of it. */
export interface Waiting {
  /** Resolves after so many milliseconds, and not in the background. `wakes`: at once when the app comes back. */
  pause(ms: number, wakes: boolean): Promise<void>;
  /** Milliseconds before the next try: doubling from half a second to eight, less up to a half. */
  backoff(failures: number): number;
  /** Calls `late` when so many milliseconds have passed in the foreground. */
  deadline(ms: number, late: () => void): Deadline;
  /** Settles as `work` does, or rejects with `late()` when the time is over. */
  within<Value>(ms: number, work: Promise<Value>, late: () => unknown): Promise<Value>;
}

const FIRST_MS = 500;
const MOST_MS = 8000;
/** A background that lasts longer is a missed event: then time counts again, so that every wait ends. */
const HIDDEN_MOST_MS = 600_000;

export function createWaiting(runtime: Runtime, chance: () => number): Waiting {
  const sleepers = new Set<() => void>();
  let hiddenMs = 0;
  let hiddenAt: number | undefined;

  /** Milliseconds spent in the background up to now. */
  function hidden(): number {
    return hiddenMs + (hiddenAt === undefined ? 0 : Math.min(Math.max(0, runtime.now() - hiddenAt), HIDDEN_MOST_MS));
  }
  runtime.onHide(() => {
    if (hiddenAt === undefined) hiddenAt = runtime.now();
  });
  runtime.onShow(() => {
    if (hiddenAt !== undefined) hiddenMs += Math.max(0, runtime.now() - hiddenAt);
    hiddenAt = undefined;
    sleepers.forEach((wake) => {
      wake();
    });
  });

  function deadline(ms: number, late: () => void): Deadline {
    let over = false;
    let cancel: () => void;
    let armed: { readonly ms: number; readonly at: number; readonly hidden: number };
    function arm(left: number): void {
      armed = { ms: left, at: runtime.now(), hidden: hidden() };
      cancel = runtime.later(left, () => {
        const more = Math.min(left, hidden() - armed.hidden);
        if (more > 0) return arm(more);
        over = true;
        late();
      });
    }
    arm(ms);
    return {
      isOver: () => over,
      left: () => (over ? 0 : armed.ms - Math.max(0, runtime.now() - armed.at - hidden() + armed.hidden)),
      renew() {
        if (over) return;
        cancel();
        arm(ms);
      },
      cancel() {
        over = true;
        cancel();
      },
    };
  }

  return {
    pause: (ms, wakes) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(wake);
          cancel();
          resolve();
        };
        let cancel = runtime.later(ms, () => {
          if (hiddenAt === undefined) return wake();
          sleepers.add(wake);
          cancel = runtime.later(HIDDEN_MOST_MS, wake);
        });
        if (wakes) sleepers.add(wake);
      }),
    backoff: (failures) => Math.min(FIRST_MS * 2 ** Math.min(failures, 9), MOST_MS) * (1 - chance() / 2),
    deadline,
    within: (ms, work, late) =>
      new Promise((resolve, reject) => {
        const { cancel } = deadline(ms, () => reject(late()));
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
}
