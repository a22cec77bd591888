import type { Clock } from "../../core/time/clock.ts";
import type { Pause } from "../pause.ts";

/** A stream that has brought nothing for longer than this is given up: it should bring a beat every second. */
export const SILENCE_MS = 2500;

export interface SilenceWatch {
  /** Something has come; the time runs from now. */
  heard(): void;
  /** The time does not run until something is heard. */
  rest(): void;
}

export interface SilenceWatchOptions {
  readonly clock: Clock;
  readonly pause: Pause;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Called once. */
  readonly onSilence: () => void;
}

/** Watches for silence, from the first `heard` on. */
export function watchSilence({ clock, pause, signal, onSilence }: SilenceWatchOptions): SilenceWatch {
  let heardAt = Number.POSITIVE_INFINITY;

  async function watch(): Promise<void> {
    for (;;) {
      const left = SILENCE_MS - Math.max(0, clock.monotonic() - heardAt);
      if (left < 0) return onSilence();
      await pause(left + 1, signal);
      if (signal.aborted) return;
    }
  }

  // It rejects only when the pause is cut short, and then it is over.
  void watch().catch(() => undefined);
  return Object.freeze({
    heard: () => {
      heardAt = clock.monotonic();
    },
    rest: () => {
      heardAt = Number.POSITIVE_INFINITY;
    },
  });
}
