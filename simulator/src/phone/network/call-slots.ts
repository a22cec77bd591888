/** Ten calls at once, requests, uploads and downloads together; what is more waits. */
export interface CallSlots {
  /** Runs now or when there is room. */
  enter(start: () => void): void;
  leave(): void;
  readonly inFlight: number;
  readonly mostInFlight: number;
}

const MOST = 10;

export function createCallSlots(): CallSlots {
  const queue: (() => void)[] = [];
  let inFlight = 0;
  let mostInFlight = 0;
  const begin = (start: () => void): void => {
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    start();
  };
  return Object.freeze({
    enter(start: () => void) {
      if (inFlight < MOST) begin(start);
      else queue.push(start);
    },
    leave() {
      inFlight -= 1;
      const next = queue.shift();
      if (next !== undefined) begin(next);
    },
    get inFlight() {
      return inFlight;
    },
    get mostInFlight() {
      return mostInFlight;
    },
  });
}
