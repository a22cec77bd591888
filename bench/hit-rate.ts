import { oldestFirst } from "../server/src/core/oldest-first.ts";
import { createS3FifoMap, type Used } from "../server/src/core/s3-fifo-map.ts";

/** What of a cache decides whether something is found in it. */
export interface Kept {
  get(key: number): true | undefined;
  set(key: number, value: true): void;
}

/** The share of these draws that a cache finds when it takes in what it misses; the first `warmUp` of them only fill it. */
export function hitRate(draws: Uint32Array, kept: Kept, warmUp: number): number {
  let hits = 0;
  draws.forEach((place, at) => {
    const isHit = kept.get(place) === true;
    if (!isHit) kept.set(place, true);
    if (isHit && at >= warmUp) hits += 1;
  });
  return hits / (draws.length - warmUp);
}

/** Lets go of what was not used for longest, as the cache of fast-jwt does. */
export function leastRecentlyUsed(capacity: number): Kept {
  // A Map remembers in which order its keys came in.
  const kept = new Map<number, true>();
  const takeOldest = oldestFirst(kept);
  return {
    get(key) {
      const found = kept.get(key);
      if (found !== undefined) {
        kept.delete(key);
        kept.set(key, found);
      }
      return found;
    },
    set(key, value) {
      if (kept.size >= capacity && !kept.has(key)) takeOldest();
      kept.set(key, value);
    },
  };
}

/** Our verifier's own map, of tokens that do not end. */
export function asOurVerifier(capacity: number): Kept {
  const kept = createS3FifoMap<number, Used>({ capacity, isOver: () => false });
  return {
    get: (key) => (kept.get(key) === undefined ? undefined : true),
    set: (key) => kept.set(key, { uses: 0 }),
  };
}
