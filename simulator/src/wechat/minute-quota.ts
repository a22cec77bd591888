import type { Clock } from "../clock.ts";
import { createBoundedMap } from "./bounded-map.ts";

const MAX_KEYS = 100_000;

/** Counts one call for this key in the present minute: is it still within the quota? */
export type MinuteQuota = (key: string) => boolean;

/** @param limit calls per key and calendar minute */
export function createMinuteQuota(clock: Clock, limit: number): MinuteQuota {
  let minute = Number.NaN;
  let counts = createBoundedMap<string, number>(MAX_KEYS);
  return (key) => {
    const present = Math.floor(clock.now() / 60_000);
    if (present !== minute) {
      minute = present;
      counts = createBoundedMap(MAX_KEYS);
    }
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= limit;
  };
}
