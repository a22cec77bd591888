/**
 * Takes out the entry that has been in the map for longest. One iterator goes on where it was: a new one would each time
 * walk over the holes that deleted entries leave. It is made late, because it keeps the memory of a map that has grown since.
 */
export function oldestFirst<Key, Value>(queue: Map<Key, Value>): () => [Key, Value] {
  let entries: MapIterator<[Key, Value]> | undefined;
  return () => {
    let next = entries?.next();
    if (next === undefined || next.done === true) {
      entries = queue.entries();
      next = entries.next();
    }
    if (next.done === true) throw new Error("an empty queue was asked for its oldest entry");
    queue.delete(next.value[0]);
    return next.value;
  };
}
