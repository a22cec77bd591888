import { setTimeout as delay } from "node:timers/promises";

/** What a connection that listens is given. */
export interface Listening {
  /** How many connections there were before. */
  readonly turn: number;
  /** Aborted when the listener stops. */
  readonly signal: AbortSignal;
  /** To be called once the connection hears. */
  subscribed(): void;
}

/** Pauses before the next try: after none, one, two … failures in a row. */
const PAUSES_MS = [50, 100, 200, 500, 1000, 2000];

/**
 * Listens on one connection after the other. Resolves when the first hears, or has failed to and the next is tried.
 * @param hear connects, hears until the connection is lost or `signal` is aborted, and leaves nothing open. May reject.
 * @param onHint called when a later connection hears: hints may have been missed before it did
 * @returns what ends it
 */
export async function keepListening(
  hear: (listening: Listening) => Promise<void>,
  onHint: () => void,
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function follow(tried: () => void): Promise<void> {
    let failures = 0;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const subscribed = (): void => {
        failures = 0;
        if (turn > 0) onHint();
        tried();
      };
      failures += 1;
      await hear({ turn, signal, subscribed }).catch(() => undefined);
      tried();
      await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)], signal);
    }
  }

  let following: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    following = follow(resolve);
  });
  return async () => {
    stopping.abort();
    await following;
  };
}

/** Waits, but ends at once when `signal` aborts. Keeps no process alive. */
export async function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
