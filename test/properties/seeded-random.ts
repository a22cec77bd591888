/** SeededRandom that fall the same way for the same seed. */
export interface SeededRandom {
  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number;
  /** One of these. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Mulberry32: small, and good enough to shuffle what happens first. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const roll = (sides: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
  return Object.freeze({
    roll,
    pick: <Item>(items: readonly [Item, ...Item[]]): Item => items[roll(items.length)] ?? items[0],
  });
}
