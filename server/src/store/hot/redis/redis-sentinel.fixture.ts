import { until } from "../../../core/until.fixture.ts";
import { tell } from "./redis-asking.fixture.ts";
import { type RedisServer, startRedisServer } from "./redis-server.fixture.ts";

/** A master, its replica and one Sentinel that decides alone. */
export interface RedisSentinelServers {
  readonly name: string;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** Kills the master and resolves when the Sentinel names the replica in its place. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

const NAME = "hufu";
const HOST = "127.0.0.1";

export async function startRedisSentinel(): Promise<RedisSentinelServers> {
  const master = await startRedisServer({ settings: [["repl-diskless-sync-delay", "0"]] });
  const replica = await startRedisServer({ settings: [["replicaof", `${HOST} ${master.port}`]] });
  const sentinel = await startRedisServer({
    sentinel: true,
    settings: [
      ["sentinel monitor", `${NAME} ${HOST} ${master.port} 1`],
      ["sentinel down-after-milliseconds", `${NAME} 300`],
      ["sentinel failover-timeout", `${NAME} 3000`],
    ],
  });
  await until(async () => String(await tell(replica, "info", "replication")).includes("master_link_status:up"));
  await until(async () => {
    const known = await tell(sentinel, "sentinel", "replicas", NAME);
    return Array.isArray(known) && known.length === 1;
  });
  return Object.freeze({
    name: NAME,
    master,
    replica,
    sentinels: [{ host: HOST, port: sentinel.port }],
    failOver: async () => {
      await master.kill();
      await until(async () => {
        const named = await tell(sentinel, "sentinel", "get-master-addr-by-name", NAME);
        return Array.isArray(named) && named[1] === String(replica.port);
      });
    },
    close: async () => void (await Promise.all([sentinel, replica, master].map((server) => server.close()))),
  });
}
