import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

const TRIES = 5;
const FIRST = 10_000;
const PAST_LAST = 32_768;

/**
 * Starts something on a port of this machine that is free. Another process may take the port before it listens there, so
 * a failure is tried again on another one.
 * @throws what the last try threw
 */
export async function onFreePort<Started>(start: (port: number) => Promise<Started>): Promise<Started> {
  for (let tried = 1; ; tried += 1) {
    const port = await freePort();
    try {
      return await start(port);
    } catch (error) {
      if (tried === TRIES) throw error;
    }
  }
}

/**
 * A port that nobody listens on at this moment: by chance, and below those from which systems choose for connections that
 * go out (32768 on Linux, 49152 elsewhere), or one of these might take it before it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, PAST_LAST);
    const listener = createServer().listen(port, "127.0.0.1");
    const isFree = await once(listener, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    listener.close();
    await once(listener, "close");
    return port;
  }
}
