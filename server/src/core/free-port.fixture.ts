import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

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
 * A random port on which no process listens at this moment. It is below those from which systems choose for outgoing
 * connections (32768 on Linux, 49152 elsewhere): one of these might take it before it is used. On Linux no other test
 * gets the same port while this process runs, whether or not a process listens there.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, PAST_LAST);
    if (!(await reserve(port))) continue;
    const listener = createServer().listen(port, "127.0.0.1");
    if (!(await listens(listener))) continue;
    listener.close();
    await once(listener, "close");
    return port;
  }
}

/** A name in Linux's abstract namespace goes with the process that holds it, however it ends. */
async function reserve(port: number): Promise<boolean> {
  if (process.platform !== "linux") return true;
  return listens(createServer().listen(`\0hufu-test-port-${port}`).unref());
}

function listens(server: Server): Promise<boolean> {
  return once(server, "listening").then(
    () => true,
    () => false,
  );
}
