import { until } from "../../../core/until.fixture.ts";
import { tell } from "./redis-asking.fixture.ts";
import { type RedisServer, startRedisServer } from "./redis-server.fixture.ts";

/** Three masters that share the slots, and a replica of the first. */
export interface RedisClusterServers {
  readonly masters: readonly RedisServer[];
  readonly replica: RedisServer;
  readonly startupNodes: readonly { readonly host: string; readonly port: number }[];
  /** Makes the replica the master of the first's slots, as an election would. */
  takeOver(): Promise<void>;
  close(): Promise<void>;
}

const SLOTS = 16_384;
const MASTERS = 3;
const SETTINGS = [
  ["cluster-enabled", "yes"],
  ["cluster-node-timeout", "1000"],
  // Two thirds of the slots go on while one third has no master.
  ["cluster-require-full-coverage", "no"],
  ["repl-diskless-sync-delay", "0"],
] as const;

export async function startRedisCluster(): Promise<RedisClusterServers> {
  const servers = await Promise.all(
    Array.from({ length: MASTERS + 1 }, () => startRedisServer({ settings: SETTINGS })),
  );
  const close = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.close())));
  const masters = servers.slice(0, MASTERS);
  const [first, replica] = [servers[0], servers[MASTERS]];
  if (first === undefined || replica === undefined) throw new TypeError("a server is missing");
  try {
    await Promise.all(
      masters.map((server, index) => tell(server, "cluster", "addslotsrange", share(index), share(index + 1) - 1)),
    );
    for (const server of servers.slice(1)) {
      await tell(first, "cluster", "meet", "127.0.0.1", server.port, server.busPort);
    }
    for (const server of servers) {
      await until(async () => {
        const info = String(await tell(server, "cluster", "info"));
        return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${servers.length}`);
      });
    }
    await tell(replica, "cluster", "replicate", String(await tell(first, "cluster", "myid")));
    await until(async () => String(await tell(replica, "info", "replication")).includes("master_link_status:up"));
    for (const server of masters) {
      await until(async () => String(await tell(server, "cluster", "nodes")).includes("slave"));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return Object.freeze({
    masters,
    replica,
    startupNodes: servers.map(({ port }) => ({ host: "127.0.0.1", port })),
    takeOver: async () => void (await tell(replica, "cluster", "failover", "takeover")),
    close,
  });
}

function share(index: number): number {
  return Math.floor((SLOTS * index) / MASTERS);
}
