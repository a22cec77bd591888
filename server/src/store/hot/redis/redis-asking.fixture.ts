import { Redis } from "ioredis";
import { until } from "../../../core/until.fixture.ts";
import type { RedisServer } from "./redis-server.fixture.ts";

type Port = Pick<RedisServer, "port">;

/** Sends one command to one server, past every client that is tested. */
export async function tell({ port }: Port, command: string, ...args: readonly (string | number)[]): Promise<unknown> {
  const client = new Redis({ port, host: "127.0.0.1", lazyConnect: true, retryStrategy: () => null });
  try {
    await client.connect();
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}

/** Waits until the replica has what its master has. */
export async function untilReplicated(master: Port, replica: Port): Promise<void> {
  await until(async () => (await offsetOf(master)) === (await offsetOf(replica)));
}

async function offsetOf(server: Port): Promise<string | undefined> {
  return /^master_repl_offset:\d+/m.exec(String(await tell(server, "info", "replication")))?.[0];
}
