/** A bounded map that forgets what has not been used for longest, roughly, and costs a plain `Map.get` where it is warm. */
export interface GenerationMap<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  /** Takes out every value of which `matches` says so. */
  deleteWhere(matches: (value: Value) => boolean): void;
  clear(): void;
  readonly size: number;
}

/**
 * A map of two generations. A new entry goes to the young one; when that is full it becomes the old one and what was
 * old is gone; a hit in the old one makes the entry young again. No list to keep in order, nothing written on a hit.
 * @param capacity the most entries that it ever holds; at least 2. The `capacity / 2` used last are always there.
 * @throws TypeError if the capacity is no whole number from 2 up
 */
export function createGenerationMap<Key, Value>(capacity: number): GenerationMap<Key, Value> {
  if (!Number.isSafeInteger(capacity) || capacity < 2) {
    throw new TypeError(`a capacity must be a whole number of at least 2, not ${capacity}`);
  }
  const half = Math.floor(capacity / 2);
  let young = new Map<Key, Value>();
  let old = new Map<Key, Value>();

  function set(key: Key, value: Value): void {
    if (young.size >= half && !young.has(key)) {
      old = young;
      young = new Map();
    }
    old.delete(key);
    young.set(key, value);
  }

  return Object.freeze({
    get(key: Key): Value | undefined {
      const value = young.get(key);
      if (value !== undefined) return value;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    set,
    delete(key: Key): void {
      young.delete(key);
      old.delete(key);
    },
    deleteWhere(matches: (value: Value) => boolean): void {
      for (const generation of [young, old]) {
        for (const [key, value] of generation) if (matches(value)) generation.delete(key);
      }
    },
    clear(): void {
      young.clear();
      old.clear();
    },
    get size(): number {
      return young.size + old.size;
    },
  });
}
