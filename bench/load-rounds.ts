import type { Effort } from "./figure.ts";
import type { LoadRounds } from "./load.ts";

/** Each has one request at a time. */
export const CONNECTIONS = 32;
/** The quartiles of seventeen rounds are two of the rounds themselves, the fifth and the thirteenth. */
const ROUNDS = 17;
const QUICK_ROUNDS = 8;

/** For what is answered out of memory or after a read: thousands of answers fit into a short round. */
export function roundsOfReads({ quick }: Effort): LoadRounds {
  return {
    connections: CONNECTIONS,
    rounds: quick ? QUICK_ROUNDS : ROUNDS,
    roundMs: 400,
    warmUpMs: 2500,
  };
}

/** For what waits until it is on disk. */
export function roundsOfWrites({ quick }: Effort): LoadRounds {
  return {
    connections: CONNECTIONS,
    rounds: quick ? QUICK_ROUNDS : ROUNDS,
    roundMs: 500,
    warmUpMs: quick ? 3000 : 4000,
  };
}
