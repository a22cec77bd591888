import { oldestFirst } from "./oldest-first.ts";

/** What the map writes on a value that is asked for: 0 to 3. A new value starts with 0. */
export interface Used {
  uses: number;
}

/** A bounded map that keeps what is asked for again and lets go of what was wanted once. */
export interface S3FifoMap<Key, Value extends Used> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  /** Removes every value for which `matches` is true. */
  deleteWhere(matches: (value: Value) => boolean): void;
  readonly size: number;
}

const USES_MOST = 3;
/** How many values are spared before one is evicted anyway: without it, one call could step over ten thousand values. */
const SPARED_MOST = 100;

/**
 * S3-FIFO (Yang and others, SOSP 2023). A newcomer goes to a small queue. When the map is full, the small queue's oldest
 * moves to the main one if it was asked for meanwhile; otherwise only its key is remembered for a while, and one that comes
 * back in that time goes to the main queue at once. The main queue's oldest has one more turn for each use. A hit reorders nothing.
 * @param options.capacity the most values that it ever holds, and somewhat fewer keys without a value; at least 2
 * @param options.isOver such a value goes when its turn comes, however much it was used
 * @throws TypeError if the capacity is no whole number from 2 up
 */
export function createS3FifoMap<Key, Value extends Used>(options: {
  readonly capacity: number;
  readonly isOver: (value: Value) => boolean;
}): S3FifoMap<Key, Value> {
  const { capacity, isOver } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 2) {
    throw new TypeError(`a capacity must be a whole number of at least 2, not ${capacity}`);
  }
  const smallMost = Math.max(1, Math.floor(capacity / 10));
  const goneMost = capacity - smallMost;
  const small = new Map<Key, Value>();
  const main = new Map<Key, Value>();
  const gone = new Map<Key, true>();
  // Each holds on to what was in its map since it took last. So it is made anew where entries leave by another way.
  let takeSmall = oldestFirst(small);
  let takeMain = oldestFirst(main);
  let takeGone = oldestFirst(gone);
  let cameBack = 0;

  /** Its key is no longer among those that went, if it was; made anew only now and then, because that walks over holes. */
  function comesBack(key: Key): boolean {
    if (!gone.delete(key)) return false;
    cameBack += 1;
    if (cameBack % goneMost === 0) takeGone = oldestFirst(gone);
    return true;
  }

  /** One entry goes, or is spared and moves to the end of the main queue. */
  function takeTurn(maySpare: boolean): void {
    const isFromSmall = small.size > smallMost || main.size === 0;
    const [key, value] = isFromSmall ? takeSmall() : takeMain();
    if (isOver(value)) return;
    if (value.uses > 0 && maySpare) {
      value.uses = isFromSmall ? 0 : value.uses - 1;
      main.set(key, value);
    } else if (isFromSmall) {
      gone.set(key, true);
      if (gone.size > goneMost) takeGone();
    }
  }

  return Object.freeze({
    get(key: Key): Value | undefined {
      const value = small.get(key) ?? main.get(key);
      if (value !== undefined && value.uses < USES_MOST) value.uses += 1;
      return value;
    },
    set(key: Key, value: Value): void {
      if (main.has(key)) main.set(key, value);
      else if (small.has(key)) small.set(key, value);
      else {
        for (let turn = 0; small.size + main.size >= capacity; turn += 1) takeTurn(turn < SPARED_MOST);
        if (comesBack(key)) main.set(key, value);
        else small.set(key, value);
      }
    },
    deleteWhere(matches: (value: Value) => boolean): void {
      for (const queue of [small, main]) {
        for (const [key, value] of queue) if (matches(value)) queue.delete(key);
      }
      takeSmall = oldestFirst(small);
      takeMain = oldestFirst(main);
    },
    get size(): number {
      return small.size + main.size;
    },
  });
}
