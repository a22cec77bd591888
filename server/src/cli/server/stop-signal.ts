import { constants } from "node:os";
import { type Clock, systemClock } from "../../core/time/clock.ts";

/** One signal to a group of processes comes from its sender and from every launcher that passes it on. */
const ECHO_MS = 500;

/** Waiting to be told to stop. */
export interface StopSignal {
  /**
   * Resolves with the first signal. A second one ends the process at once; the same one within half a second is the
   * first one, heard twice.
   */
  readonly received: Promise<NodeJS.Signals>;
  /** Signals mean again what they mean by default. */
  forget(): void;
}

/** Where signals come from, and how the process ends. */
export interface SignalEnvironment {
  readonly signals: Pick<NodeJS.EventEmitter, "on" | "off">;
  readonly clock: Pick<Clock, "monotonic">;
  readonly exit: (code: number) => void;
}

const thisProcess: SignalEnvironment = { signals: process, clock: systemClock, exit: (code) => process.exit(code) };

/** @param names the signals that stop */
export function awaitStopSignal(
  names: readonly NodeJS.Signals[],
  { signals, clock, exit }: SignalEnvironment = thisProcess,
): StopSignal {
  let listener: (signal: NodeJS.Signals) => void = () => undefined;
  const received = new Promise<NodeJS.Signals>((resolve) => {
    let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
    listener = (signal) => {
      if (first === undefined) {
        first = { signal, at: clock.monotonic() };
        resolve(signal);
        return;
      }
      const isEcho = signal === first.signal && clock.monotonic() - first.at < ECHO_MS;
      if (!isEcho) exit(128 + constants.signals[signal]);
    };
    for (const signal of names) signals.on(signal, listener);
  });
  return Object.freeze({
    received,
    forget(): void {
      for (const signal of names) signals.off(signal, listener);
    },
  });
}
