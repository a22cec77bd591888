import { constants } from "node:os";

const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Waiting to be told to stop. */
export interface StopSignal {
  /** Resolves with the first signal. A second one ends the process at once. */
  readonly received: Promise<NodeJS.Signals>;
  /** Signals mean again what they mean by default. */
  forget(): void;
}

export function awaitStopSignal(): StopSignal {
  let listener: (signal: NodeJS.Signals) => void = () => undefined;
  const received = new Promise<NodeJS.Signals>((resolve) => {
    let stopping = false;
    listener = (signal) => {
      if (stopping) process.exit(128 + constants.signals[signal]);
      stopping = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, listener);
  });
  return Object.freeze({
    received,
    forget(): void {
      for (const signal of SIGNALS) process.off(signal, listener);
    },
  });
}
