/** SeededRandom of a phone: all chance of its network, from one seed. */
export interface SeededRandom {
  /** 0 ≤ x < 1. */
  roll(): number;
  /** Does something happen that has this chance, 0 to 1? */
  happens(chance: number): boolean;
  /**
   * A source of its own for the n-th event of a kind: the fate of the fifth call depends on the seed and on its being the
   * fifth, not on what was drawn for others in the meantime, which real time decides.
   */
  forThe(kind: string, count: number): SeededRandom;
}

/** Mulberry32, by which the same seed always gives the same day. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    return mixed(state) / 0x1_0000_0000;
  };
  return Object.freeze({
    roll,
    // One roll each time, also for what is certain, so that a changed profile does not shift what comes after.
    happens: (chance: number) => roll() < chance,
    forThe(kind: string, count: number) {
      let hash = mixed((seed ^ 0x811c9dc5) >>> 0);
      for (const letter of `${kind} ${count}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
      return createSeededRandom(mixed(hash));
    },
  });
}

function mixed(state: number): number {
  let bits = Math.imul(state ^ (state >>> 15), state | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}
