import type { Logger } from "../../core/log/log.ts";
import type { RedisClient } from "../../store/hot/redis/redis-client.ts";
import type { RedisClusterOptions, RedisCredentials, RedisSentinelOptions } from "./redis-options.ts";

/** Where a Redis is, as data. */
export type RedisPlace = string | RedisSentinelOptions | RedisClusterOptions;

const SHARED = {
  connectionName: "hufu",
  connectTimeout: 5000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  // A server that has vanished is given up after this, not after the fifteen minutes of TCP.
  socketTimeout: 10_000,
  // The master has become a replica, and the name leads to the new one by now.
  reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
} as const;

/** A client of our own. Its queue stays empty: a caller has been answered long before a queued command could be sent. */
export async function connectRedis(place: RedisPlace, log: Logger): Promise<RedisClient> {
  const client = await clientFor(place);
  let isTold = false;
  client.on("error", (error) => {
    // Each try reports again.
    log[isTold ? "debug" : "warn"](
      { why: error instanceof Error ? error.message : undefined },
      "no connection to Redis",
    );
    isTold = true;
  });
  client.on("ready", () => {
    isTold = false;
  });
  return client;
}

async function clientFor(place: RedisPlace): Promise<RedisClient> {
  const { Redis, Cluster } = await redisDriver();
  if (typeof place === "string") return new Redis(place, SHARED);
  if ("cluster" in place) {
    const { enableOfflineQueue, ...perNode } = { ...SHARED, ...credentialsOf(place) };
    return new Cluster(
      place.cluster.map(({ host, port }) => ({ host, port })),
      {
        enableOfflineQueue,
        redisOptions: perNode,
      },
    );
  }
  const { sentinels, name, sentinelUsername, sentinelPassword, db = 0, tls = false } = place;
  return new Redis({
    ...SHARED,
    ...credentialsOf(place),
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    name,
    db,
    enableTLSForSentinelMode: tls,
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(tls ? { sentinelTLS: {} } : {}),
  });
}

function credentialsOf({ username, password, tls = false }: RedisCredentials) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
  };
}

/** @throws TypeError if `ioredis` is not installed */
export async function redisDriver(): Promise<Pick<typeof import("ioredis"), "Redis" | "Cluster">> {
  try {
    return await import("ioredis");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (isMissing) throw new TypeError("redis: the package ioredis is missing; npm install ioredis", { cause });
    throw cause;
  }
}
