import { HufuError } from "../../core/errors/errors.ts";
import { createMemoryWindows } from "../../core/proof-windows/memory-windows.ts";
import { type Random, systemRandom } from "../../core/random.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { HotStore } from "../hot.ts";
import { createExpiryQueue, type Expiring } from "./expiry-queue.ts";

/** How short-lived facts are kept in this process. */
export interface MemoryHotStoreOptions {
  readonly clock: Clock;
  /** How many marks, counts and values are held together. Default: 100,000. */
  readonly maxEntries?: number | undefined;
  /** Default: this machine's. */
  readonly random?: Random;
}

interface Entry extends Expiring {
  readonly key: string;
  readonly shelf: Map<string, Entry>;
  count: number;
  /** What is kept, or who holds the mark. */
  value: string;
}

/**
 * Short-lived facts in the memory of one process. Bounded: when it is full, values and then counts are forgotten,
 * oldest first, but a live mark never is: then `claim` refuses.
 * @throws TypeError if `maxEntries` is no whole number above zero; `claim` and `count` throw HufuError
 * `store_unavailable` when nothing can be forgotten any more
 */
export function createMemoryHotStore(options: MemoryHotStoreOptions): HotStore {
  const { clock, maxEntries = 100_000, random = systemRandom } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) {
    throw new TypeError("maxEntries: must be a whole number above zero");
  }
  const marks = new Map<string, Entry>();
  const counts = new Map<string, Entry>();
  const values = new Map<string, Entry>();
  const ends = createExpiryQueue<Entry>();

  /** What is there and has not ended. */
  const live = (shelf: Map<string, Entry>, key: string): Entry | undefined => {
    const entry = shelf.get(key);
    return entry !== undefined && entry.until > clock.monotonic() ? entry : undefined;
  };

  const forget = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    entry.shelf.delete(entry.key);
    ends.remove(entry);
  };

  /** Is there room for one more, after forgetting what may be forgotten? */
  const freeCapacity = (): boolean => {
    const now = clock.monotonic();
    for (let first = ends.first(); first !== undefined && first.until <= now; first = ends.first()) forget(first);
    for (const shelf of [values, counts]) {
      for (const oldest of shelf.values()) {
        if (ends.size < maxEntries) return true;
        forget(oldest);
      }
    }
    return ends.size < maxEntries;
  };

  const put = (shelf: Map<string, Entry>, key: string, ttlMs: number, count: number, value: string): boolean => {
    forget(shelf.get(key));
    if (!freeCapacity()) return false;
    const entry = { key, shelf, until: clock.monotonic() + ttlMs, place: 0, count, value };
    shelf.set(key, entry);
    ends.add(entry);
    return true;
  };

  const full = (): HufuError =>
    new HufuError("store_unavailable", { retryAfter: 1, detail: "the memory for short-lived facts is full" });

  return Object.freeze<HotStore>({
    claim: async (key, holder, ttlMs) => {
      const held = live(marks, key);
      if (held !== undefined) return held.value === holder;
      if (!put(marks, key, ttlMs, 0, holder)) throw full();
      return true;
    },
    release: async (key, holder) => {
      const held = marks.get(key);
      if (held?.value === holder) forget(held);
    },
    count: async (key, windowMs) => {
      const known = live(counts, key);
      if (known === undefined) {
        if (!put(counts, key, windowMs, 1, "")) throw full();
        return 1;
      }
      known.count += 1;
      return known.count;
    },
    uncount: async (key) => {
      const known = live(counts, key);
      if (known !== undefined && known.count > 0) known.count -= 1;
    },
    remember: async (key, value, ttlMs) => void put(values, key, ttlMs, 0, value),
    recall: async (key) => live(values, key)?.value,
    ping: async () => undefined,
    ...createMemoryWindows({ clock, random, marksMost: maxEntries }),
  });
}
