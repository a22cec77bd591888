import { once } from "node:events";
import { createServer } from "node:net";

const TRIES = 5;

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

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (typeof address !== "object" || address === null) throw new Error("a listener has an address");
  return address.port;
}
