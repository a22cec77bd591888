import type { PhoneClock } from "../phone-clock.ts";
import type { Life } from "./lives.ts";

type Run = (...args: unknown[]) => unknown;

/** The four timers of a phone, by its clock. With the run of the mini program they end. */
export interface EnvironmentTimers {
  setTimeout(run: Run, ms?: number, ...args: unknown[]): number;
  setInterval(run: Run, ms?: number, ...args: unknown[]): number;
  clearTimeout(id: unknown): void;
  clearInterval(id: unknown): void;
}

export function createEnvironmentTimers(life: Life, clock: PhoneClock): EnvironmentTimers {
  const running = new Map<unknown, () => void>();
  let last = 0;
  function start(run: () => unknown, ms: number, again: boolean): number {
    last += 1;
    const id = last;
    const wait = (): void => {
      const stop = clock.after(ms, () => {
        if (again) wait();
        else running.delete(id);
        life.call(run);
      });
      running.set(id, stop);
    };
    if (life.alive) wait();
    return id;
  }
  function stop(id: unknown): void {
    running.get(id)?.();
    running.delete(id);
  }
  life.atEnd(() => {
    for (const id of [...running.keys()]) stop(id);
  });
  return Object.freeze({
    setTimeout: (run: Run, ms: number = 0, ...args: unknown[]) => start(() => run(...args), delayOf(ms), false),
    setInterval: (run: Run, ms: number = 0, ...args: unknown[]) => start(() => run(...args), delayOf(ms), true),
    clearTimeout: stop,
    clearInterval: stop,
  });
}

/** An interval of nothing would be a loop without an end. */
function delayOf(ms: unknown): number {
  return Math.max(1, Number(ms) || 1);
}
