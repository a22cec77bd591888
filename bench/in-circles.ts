import type { Contender } from "./measure.ts";

/** Asks about one thing after another, round and round, and goes on in the next batch where the last one ended. */
export function inCircles<Thing>(name: string, things: readonly Thing[], ask: (thing: Thing) => number): Contender {
  let at = 0;
  return {
    name,
    run(times) {
      let sum = 0;
      for (let turn = 0; turn < times; turn += 1) {
        at = at + 1 < things.length ? at + 1 : 0;
        const thing = things[at];
        sum += thing === undefined ? Number.NaN : ask(thing);
      }
      return sum;
    },
  };
}

/** The same for what answers with a promise: one answer is there before the next is asked for. */
export function inCirclesWaiting<Thing>(
  name: string,
  things: readonly Thing[],
  ask: (thing: Thing) => Promise<number>,
): Contender {
  let at = 0;
  return {
    name,
    async run(times) {
      let sum = 0;
      for (let turn = 0; turn < times; turn += 1) {
        at = at + 1 < things.length ? at + 1 : 0;
        const thing = things[at];
        sum += thing === undefined ? Number.NaN : await ask(thing);
      }
      return sum;
    },
  };
}
