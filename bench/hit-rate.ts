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
      const [oldest] = kept.keys();
      if (kept.size >= capacity && oldest !== undefined && !kept.has(key)) kept.delete(oldest);
      kept.set(key, value);
    },
  };
}
