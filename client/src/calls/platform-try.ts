import type { Runtime } from "../runtime/runtime.ts";
import type { Slots } from "./slots.ts";

/** One try of a call on the platform. */
export interface PlatformTry {
  readonly answer: Promise<unknown>;
  abort(): void;
}

/** A platform may not answer an abort. */
const ABORT_MS = 5000;

/**
 * Runs one try in a slot that was taken for it. The slot is given back once: by the platform's first callback, or some
 * seconds after an abort that the platform did not answer. Later callbacks are ignored.
 * @param start starts the call and returns how to abort it
 */
export function startTry(
  runtime: Runtime,
  slots: Slots,
  start: (success: (answer: unknown) => void, fail: (failure: unknown) => void) => () => void,
): PlatformTry {
  let isOpen = true;
  let stop: () => void = () => undefined;
  function once(settle: (value: unknown) => void): (value: unknown) => void {
    return (value) => {
      if (!isOpen) return;
      isOpen = false;
      slots.give();
      settle(value);
    };
  }
  let close: () => void = () => undefined;
  const answer = new Promise<unknown>((resolve, reject) => {
    const fail = once(reject);
    close = () => fail(undefined);
    try {
      stop = start(once(resolve), fail);
    } catch (error) {
      fail(error);
    }
  });
  return {
    answer,
    abort() {
      if (!isOpen) return;
      runtime.later(ABORT_MS, close);
      try {
        stop();
      } catch (_) {
        // The clock above gives the slot back.
      }
    },
  };
}
