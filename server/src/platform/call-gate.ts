import { type Deadline, within } from "../core/time/deadline.ts";

/** Lets only so many calls be in flight; the others wait in line, for a bounded time. */
export interface CallGate {
  /**
   * Runs the call when fewer than the allowed number are in flight.
   * @param signal ends the wait, but not the call
   * @throws NoRoom if none of the calls in flight ended in time
   */
  pass<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T>;
}

/** No call may be made now. */
export class NoRoom extends Error {
  override readonly name = "NoRoom";
}

/** Longest wait in line. */
const WAIT_MS = 2000;
/** Calls that may wait at once, for each one that may be in flight. */
const WAITING_PER_CALL = 16;

/**
 * Each call in flight holds a file descriptor and memory. A platform that answers slowly must not take those that honest
 * requests and the database need.
 * @param most calls in flight; `Infinity` = no limit
 */
export function createCallGate(most: number, deadline: Deadline): CallGate {
  const waiting = new Set<() => void>();
  let inFlight = 0;

  function leave(): void {
    inFlight -= 1;
    const [next] = waiting;
    if (next === undefined) return;
    waiting.delete(next);
    inFlight += 1;
    next();
  }

  async function room(signal: AbortSignal): Promise<void> {
    if (waiting.size >= most * WAITING_PER_CALL) throw noRoom(most);
    let enter = (): void => undefined;
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    waiting.add(enter);
    try {
      await within({ signals: [signal, deadline(WAIT_MS)] }, () => entered);
    } catch {
      // A call that was let in at the same moment leaves the place to the next.
      if (!waiting.delete(enter)) leave();
      throw noRoom(most);
    }
  }

  return Object.freeze({
    async pass<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
      if (inFlight >= most) await room(signal);
      else inFlight += 1;
      try {
        return await call();
      } finally {
        leave();
      }
    },
  });
}

function noRoom(most: number): NoRoom {
  return new NoRoom(`${most} calls to the platform were in flight and none ended within ${WAIT_MS} ms`);
}
