import { setImmediate } from "node:timers";

/** A signal that aborts after so many milliseconds, such as `AbortSignal.timeout`. */
export type Deadline = (ms: number) => AbortSignal;

/** One for all: an abort without a reason makes an error with a stack each time. */
const FINISHED = new Error("the wait is over");

/** The deadlines of this machine. */
export const systemDeadline: Deadline = (ms) => AbortSignal.timeout(ms);

/** What ends a wait. */
export interface Limit {
  /** Milliseconds until the wait ends with an error. */
  readonly ms?: number;
  /** Subject of that error. */
  readonly what?: string;
  /** Each of these ends the wait with its own reason. */
  readonly signals?: readonly AbortSignal[];
  /** Measures `ms`; stops when its signal aborts. Default: a timer of this machine. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Waits for `work`, but not beyond the limit, even if `work` ignores the signal that it is given.
 *
 * Not `AbortSignal.any`: in some releases of Node 22 a timeout that is only reached through it may be collected as
 * garbage and never fire.
 * @throws Error `WHAT did not answer within MS ms`, or the reason of the signal that ended it
 */
export async function within<T>(limit: Limit, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const { ms, what, signals = [], pause } = limit;
  const ended = new AbortController();
  let refuse = (_reason: unknown): void => undefined;
  const late = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  const end = (reason: unknown): void => {
    ended.abort(reason);
    refuse(ended.signal.reason);
  };
  const stops = signals.map((signal) => follow(signal, end));
  if (ms !== undefined) stops.push(afterMs(ms, pause, () => end(new Error(lateness(what, ms)))));
  try {
    return await Promise.race([late, run(work, ended.signal)]);
  } finally {
    for (const stop of stops) stop();
  }
}

/** Follows `work`, but rejects with the signal's reason as soon as it aborts, even if `work` never ends. */
export function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function lateness(what: string | undefined, ms: number): string {
  return what === undefined ? `no answer within ${ms} ms` : `${what} did not answer within ${ms} ms`;
}

/** What throws at once rejects like what throws later. */
async function run<T>(work: (signal: AbortSignal) => T | Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}

/** Answers what takes the listener away again. */
function follow(signal: AbortSignal, end: (reason: unknown) => void): () => void {
  const stop = (): void => end(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return () => signal.removeEventListener("abort", stop);
}

/** Answers what ends the pause. Most waits end in time, many in each request: a timer costs less than a signal. */
function afterMs(ms: number, pause: Limit["pause"], late: () => void): () => void {
  if (pause === undefined) {
    // One more turn, in which an answer is read that came while this process was busy.
    const timer = setTimeout(() => setImmediate(late), ms);
    return () => clearTimeout(timer);
  }
  const finished = new AbortController();
  pause(ms, finished.signal).then(late, () => undefined);
  return () => finished.abort(FINISHED);
}
