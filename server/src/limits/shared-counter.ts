import type { Notices } from "../core/log/notices.ts";
import type { Clock } from "../core/time/clock.ts";
import type { HotStore } from "../store/hot.ts";
import { type Counted, createWindowCounter } from "./window-counter.ts";

/** How much of something may happen within a window. */
export interface Budget {
  readonly most: number;
  readonly windowMs: number;
}

/** Counts events against budgets, in this process and, where there are several, together with the others. */
export interface SharedCounter {
  /** At once where the hot store need not be asked. */
  add(key: string, budget: Budget): Counted | Promise<Counted>;
}

export interface SharedCounterOptions {
  readonly clock: Pick<Clock, "monotonic">;
  readonly notices: Pick<Notices, "warn">;
  /** Shared by all processes; `undefined` = there is only this one. */
  readonly hot: Pick<HotStore, "count"> | undefined;
}

/** An honest caller stays below this part of its budget, and so costs the hot store nothing. */
const OWN_PART = 0.25;

/**
 * The first quarter of a budget is counted in memory alone; what goes beyond is counted in the hot store as well. So `n`
 * processes allow a caller at most the budget and `n - 1` quarters of it. Without the hot store each process counts alone.
 */
export function createSharedCounter({ clock, notices, hot }: SharedCounterOptions): SharedCounter {
  const own = createWindowCounter(clock);

  async function together(
    of: Pick<HotStore, "count">,
    key: string,
    counted: Counted,
    budget: Budget,
  ): Promise<Counted> {
    const { most, windowMs } = budget;
    try {
      const all = Math.floor(most * OWN_PART) + (await of.count(`limit:${key}`, windowMs));
      return { count: Math.max(counted.count, all), endsInMs: counted.endsInMs };
    } catch (cause) {
      const message = "the hot store does not count: limits count in each process alone until it answers";
      notices.warn("limits_unavailable", { err: cause }, message);
      return counted;
    }
  }

  return Object.freeze({
    add(key: string, budget: Budget): Counted | Promise<Counted> {
      const counted = own.add(key, budget.windowMs);
      const { count } = counted;
      const isCounted = hot === undefined || count <= Math.floor(budget.most * OWN_PART) || count > budget.most;
      return isCounted ? counted : together(hot, key, counted, budget);
    },
  });
}
