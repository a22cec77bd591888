/** A table whose entries end at some time. */
export interface Sweepable {
  /** Looks a little further and takes out what is over. True when it has come to the end of the table. */
  sweepStep(now: number): boolean;
  /** Takes out everything that is over. */
  prune(now: number): void;
  readonly size: number;
}

/** A Map's entries, one a step. */
export function mapSweep(map: Map<string, { readonly until: number }>): Sweepable {
  let entries: MapIterator<[string, { readonly until: number }]> | undefined;
  return {
    sweepStep(now) {
      entries ??= map.entries();
      const { done, value } = entries.next();
      if (done === true) {
        entries = undefined;
        return true;
      }
      if (value[1].until < now) map.delete(value[0]);
      return false;
    },
    prune(now) {
      for (const [key, { until }] of map) if (until < now) map.delete(key);
    },
    get size(): number {
      return map.size;
    },
  };
}

/** Walks round and round over the tables, a few steps a time. */
export function createSweep(tables: readonly Sweepable[]): (now: number, steps: number) => void {
  let place = 0;
  return (now, steps) => {
    for (let step = 0; step < steps; step += 1) {
      if (tables[place % tables.length]?.sweepStep(now) === true) place += 1;
    }
  };
}
