/** The server's clock, estimated from its answers; the device's own may be a day off and may jump. */
export interface ServerClock {
  /** Epoch milliseconds. */
  now(): number;
  /** By how many milliseconds the server is ahead of the device. */
  skew(): number;
  /** Is it time to learn again? Also after the device's clock jumped, where that can be noticed. */
  isDue(): boolean;
  /** Learns from the `Date` header of an answer. */
  learn(date: string | undefined): void;
  /** Uses what an earlier run learned, until an answer arrives in this one. */
  remember(skew: number): void;
}

/** `Date` headers have whole seconds, so less than this is no difference. */
const GRAIN_MS = 1500;
const KNOWN_MS = 10_000;

export function createServerClock(deviceNow: () => number): ServerClock {
  let ahead = 0;
  let learnedAt: number | undefined;
  return {
    now: () => deviceNow() + ahead,
    skew: () => ahead,
    isDue() {
      const age = learnedAt === undefined ? -1 : deviceNow() - learnedAt;
      return age < 0 || age > KNOWN_MS;
    },
    learn(date = "") {
      const told = Date.parse(date);
      if (Number.isNaN(told)) return;
      learnedAt = deviceNow();
      const difference = told - deviceNow();
      if (Math.abs(difference - ahead) > GRAIN_MS) ahead = difference;
    },
    remember(skew) {
      if (learnedAt === undefined) ahead = skew;
    },
  };
}
