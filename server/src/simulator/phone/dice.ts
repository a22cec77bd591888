/** Dice of a phone: all chance of its network and device, from one seed. */
export interface Dice {
  /** 0 ≤ x < 1. */
  roll(): number;
  /** Does something happen that has this chance, 0 to 1? */
  happens(chance: number): boolean;
}

/** Mulberry32, by which the same seed always gives the same day. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  // One roll each time, also for what is certain, so that a changed profile does not shift what comes after.
  return Object.freeze({ roll, happens: (chance: number) => roll() < chance });
}
