import type { PhoneClock } from "./phone-clock.ts";

/** Five seconds after a mini program was left its network is gone, until it is seen again. */
export interface Background {
  readonly networkIsGone: boolean;
  leave(): void;
  comeBack(): void;
  /** Runs each time that the five seconds are over. Answers how to end that. */
  whenGone(run: () => void): () => void;
}

const GRACE_MS = 5000;

export function createBackground(clock: PhoneClock): Background {
  const listeners = new Set<() => void>();
  let networkIsGone = false;
  let stay: (() => void) | undefined;
  return Object.freeze({
    get networkIsGone() {
      return networkIsGone;
    },
    leave() {
      stay ??= clock.after(GRACE_MS, () => {
        networkIsGone = true;
        for (const run of [...listeners]) run();
      });
    },
    comeBack() {
      stay?.();
      stay = undefined;
      networkIsGone = false;
    },
    whenGone(run: () => void) {
      listeners.add(run);
      return () => void listeners.delete(run);
    },
  });
}
