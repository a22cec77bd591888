/** A platform runs ten calls at once. One slot stays free for the token that all others wait for. */
const MOST = 9;

/** Limits how many calls run at once; those that wait start in their order. */
export interface Slots {
  /** A promise if the call must wait, else `undefined`. Call `give` once for each `take`. */
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
      if (!next) taken -= 1;
      else next();
    },
  };
}
