import { createSetClock, type SetClock } from "../issuer.fixture.ts";
import type { Pause } from "../pause.ts";

/** A clock that stands still until it is told, and pauses that end by it. */
export interface SetTime extends SetClock {
  readonly pause: Pause;
  /** The pauses that wait, in milliseconds from now. */
  readonly waiting: readonly number[];
  /** Of how many milliseconds pauses were asked for, in turn. */
  readonly asked: number[];
  /** Sets the wall clock alone. */
  stepWall(ms: number): void;
}

export function createSetTime(): SetTime {
  const clock = createSetClock();
  const pauses = new Set<{ readonly until: number; readonly end: (error?: Error) => void }>();
  const asked: number[] = [];
  let step = 0;
  return {
    now: () => clock.now() + step,
    monotonic: clock.monotonic,
    asked,
    get waiting(): readonly number[] {
      return [...pauses].map(({ until }) => until - clock.monotonic());
    },
    stepWall(ms) {
      step += ms;
    },
    advance(ms) {
      clock.advance(ms);
      for (const pause of [...pauses]) {
        if (pause.until > clock.monotonic()) continue;
        pauses.delete(pause);
        pause.end();
      }
    },
    pause: (ms, signal) =>
      new Promise((resolve, reject) => {
        asked.push(ms);
        const pause = {
          until: clock.monotonic() + ms,
          end: (error?: Error) => (error === undefined ? resolve() : reject(error)),
        };
        pauses.add(pause);
        signal?.addEventListener("abort", () => {
          if (pauses.delete(pause)) pause.end(new Error("stopped"));
        });
      }),
  };
}
