import type { HufuClientError } from "../failure.ts";

/** Remembers refusals that asking again does not cure, each under a name. */
export interface Brakes {
  /** The refusal that is still remembered. */
  held(name: string): HufuClientError | undefined;
  /** Remembers a ban until its end, everything else for half a minute; twice as long each further time. */
  hold(name: string, error: HufuClientError): void;
  clear(): void;
}

const FIRST_MS = 30_000;
const MOST_MS = 600_000;
/** In epoch seconds. */
const FOR_GOOD = 1e10;
const NAMES_MOST = 99;

/** @param now the server's clock where bans are held, because their end is the server's */
export function createBrakes(now: () => number): Brakes {
  const refusals = new Map<string, { error: HufuClientError; from: number; until: number; times: number }>();
  return {
    held(name) {
      const refusal = refusals.get(name);
      if (!refusal) return;
      const time = now();
      // A clock that jumped back must not hold anybody for a day.
      return time >= refusal.from && time < refusal.until ? refusal.error : undefined;
    },
    hold(name, error) {
      const { times } = refusals.get(name) || { times: 0 };
      const from = now();
      const until =
        error.kind === "banned"
          ? (error.bannedUntil || FOR_GOOD) * 1000
          : from + Math.min(FIRST_MS * 2 ** times, MOST_MS);
      if (refusals.size > NAMES_MOST) refusals.clear();
      refusals.set(name, { error, from, until, times: times + 1 });
    },
    clear: () => refusals.clear(),
  };
}
