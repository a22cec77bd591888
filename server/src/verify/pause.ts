import { setTimeout as delay } from "node:timers/promises";

/** Waits for so many milliseconds; may reject when the signal says stop. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>;

/** This machine's; it alone keeps no process alive. */
export const unheldDelay: Pause = (ms, signal) => delay(ms, undefined, { ref: false, signal });

/** The same, for callers that wait for what comes after it. */
export const heldDelay: Pause = (ms, signal) => delay(ms, undefined, { signal });
