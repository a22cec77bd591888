/** A map that holds at most `max` entries and forgets the one that was set longest ago. */
export interface BoundedMap<K, V> {
  get(key: K): V | undefined;
  /** Sets, and makes the entry the youngest. */
  set(key: K, value: V): void;
  delete(key: K): void;
  /** The entry that was set longest ago. */
  oldest(): readonly [K, V] | undefined;
  readonly size: number;
}

/** @param max how many entries at most */
export function createBoundedMap<K, V>(max: number): BoundedMap<K, V> {
  const entries = new Map<K, V>();
  // One iterator for good: a new one would have to step over every entry deleted since the table was last rebuilt.
  // It is moved only when there is an entry ahead of it, so that it never comes to an end.
  const inOrder = entries.entries();
  let eldest: readonly [K, V] | undefined;

  function remove(key: K): void {
    if (eldest !== undefined && eldest[0] === key) eldest = undefined;
    entries.delete(key);
  }

  function oldest(): readonly [K, V] | undefined {
    if (eldest === undefined && entries.size > 0) eldest = inOrder.next().value;
    return eldest;
  }

  return Object.freeze({
    get: (key: K) => entries.get(key),
    set(key: K, value: V) {
      remove(key);
      entries.set(key, value);
      if (entries.size <= max) return;
      const last = oldest();
      if (last !== undefined) remove(last[0]);
    },
    delete: remove,
    oldest,
    get size() {
      return entries.size;
    },
  });
}
