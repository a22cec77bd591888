/** Platforms carry ten calls at once; one stays free for what all others wait for, the token. */
const MOST = 9;

/** Lets so many through at once, in their order. */
export interface Slots {
  /** A promise of one where there is none now. Every `take` is followed by one `give`. */
  take(): Promise<void> | undefined;
  give(): void;
}

export function createSlots(most: number = MOST): Slots {
  let taken = 0;
  const waiting: (() => void)[] = [];
  return {
    take() {
      if (taken >= most) return new Promise<void>((resolve) => waiting.push(resolve));
      taken += 1;
      return undefined;
    },
    give() {
      const next = waiting.shift();
      if (next === undefined) taken -= 1;
      else next();
    },
  };
}
