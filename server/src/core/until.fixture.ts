import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 5;
const MOST_MS = 30_000;

/**
 * Looks again and again until something is so that another process, a socket or a timer decides; generously, so that no
 * test depends on how fast the machine is.
 * @throws Error with the condition's text if it is still not so after half a minute
 */
export async function until(isSo: () => boolean | Promise<boolean>, lookMs: number = LOOK_MS): Promise<void> {
  const late = performance.now() + MOST_MS;
  while (!(await isSo())) {
    if (performance.now() > late) throw new Error(`not so after ${MOST_MS / 1000} s: ${isSo}`);
    await delay(lookMs);
  }
}
