/** Something that ends at an instant. */
export interface Expiring {
  readonly until: number;
  /** Where it stands in its queue; the queue's own. */
  place: number;
}

/** The earliest end first. */
export interface ExpiryQueue<Item extends Expiring> {
  readonly size: number;
  add(item: Item): void;
  /** Takes out an item that is in the queue. */
  remove(item: Item): void;
  /** The item that ends first. */
  first(): Item | undefined;
}

/** A binary heap whose items know their places. */
export function createExpiryQueue<Item extends Expiring>(): ExpiryQueue<Item> {
  const heap: Item[] = [];

  const endAt = (place: number): number => heap[place]?.until ?? Number.POSITIVE_INFINITY;
  const put = (item: Item, place: number): void => {
    heap[place] = item;
    item.place = place;
  };
  const swap = (one: number, other: number): void => {
    const [left, right] = [heap[one], heap[other]];
    if (left === undefined || right === undefined) return;
    put(right, one);
    put(left, other);
  };
  const rise = (from: number): void => {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (endAt(parent) <= endAt(place)) return;
      swap(parent, place);
      place = parent;
    }
  };
  const sink = (from: number): void => {
    for (let place = from; ; ) {
      const left = 2 * place + 1;
      const child = endAt(left + 1) < endAt(left) ? left + 1 : left;
      if (endAt(place) <= endAt(child)) return;
      swap(place, child);
      place = child;
    }
  };

  return Object.freeze({
    get size(): number {
      return heap.length;
    },
    add(item: Item): void {
      put(item, heap.length);
      rise(item.place);
    },
    remove(item: Item): void {
      if (heap[item.place] !== item) return;
      const last = heap.pop();
      if (last === undefined || last === item) return;
      const { place } = item;
      put(last, place);
      rise(place);
      sink(place);
    },
    first: () => heap[0],
  });
}
