/** Events of one simulated environment, in the order of their times; equal times keep the order in which they were set. */
export interface Timeline {
  now(): number;
  at(time: number, event: () => void): void;
  /** Runs events until none is left, `until` is reached, or `isOver` says so. */
  run(until: number, isOver: () => boolean): void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly event: () => void;
}

export function createTimeline(start: number): Timeline {
  const waiting: Entry[] = [];
  let now = start;
  let order = 0;

  return {
    now: () => now,
    at(time, event) {
      order += 1;
      const entry = { time: Math.max(time, now), order, event };
      // A handful of events wait at any moment, so a sorted list beats a heap.
      let index = waiting.length;
      while (index > 0 && isLater(waiting[index - 1], entry)) index -= 1;
      waiting.splice(index, 0, entry);
    },
    run(until, isOver) {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (next.time > until || isOver()) return;
        now = next.time;
        next.event();
      }
    },
  };
}

function isLater(a: Entry | undefined, b: Entry): boolean {
  return a !== undefined && (a.time > b.time || (a.time === b.time && a.order > b.order));
}
