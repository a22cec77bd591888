import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Notices } from "../core/notices.ts";
import { isRedisClient, type RedisClient } from "../store/hot/redis/redis-client.ts";
import { createRedisHints } from "../store/hot/redis/redis-hints.ts";
import { createRedisHotStore } from "../store/hot/redis/redis-hot.ts";
import { createRedisLink } from "../store/hot/redis/redis-link.ts";
import type { HotStore } from "../store/hot.ts";
import type { Store } from "../store/store.ts";
import { exchangeHints, type HintExchange } from "./hints.ts";
import type { HufuOptions } from "./options.ts";

/** What the nodes of a deployment share beside what is durable. */
export interface Shared extends HintExchange {
  readonly hot: HotStore;
  /** For `readyz`: `ok (…)` says where short-lived facts are, anything else what is wrong. Soon, and never rejects. */
  check(): Promise<string>;
}

/**
 * Is this what Redis can be reached by?
 * @throws TypeError for what is neither a URL nor a client of `ioredis`, and for a URL where `ioredis` is not installed
 */
export async function checkRedis(redis: unknown): Promise<void> {
  if (redis === undefined || isRedisClient(redis)) return;
  if (typeof redis !== "string") throw new TypeError("redis: neither a URL nor a client of ioredis");
  // Never with the value, which may hold a password.
  if (!URL.canParse(redis) || !/^rediss?:$/.test(new URL(redis).protocol)) {
    throw new TypeError("redis: not understood; write redis://HOST:PORT or rediss://HOST:PORT");
  }
  await driver();
}

/**
 * What the options name, or Redis where they name one, or the database itself.
 * A Redis that does not answer yet stops no start: `check` says so, and the log.
 */
export async function openShared(
  options: Pick<HufuOptions, "redis" | "hot" | "hints">,
  store: Pick<Store, "hot" | "hints">,
  environment: { readonly clock: Clock; readonly log: Logger; readonly notices: Notices },
): Promise<Shared> {
  const { notices } = environment;
  const redis = await openRedis(options.redis, environment);
  const hot = options.hot ?? redis?.hot ?? store.hot;
  const hints = exchangeHints(options.hints ?? redis?.hints ?? store.hints, notices);
  const where =
    options.hot !== undefined ? "as configured" : redis === undefined ? "in the database, without redis" : "redis";
  return Object.freeze<Shared>({
    ...hints,
    hot,
    check: () =>
      hot.ping().then(
        () => `ok (${where})`,
        // Why is for the log: anybody may ask for readyz.
        () => `does not answer (${where}): sign-ins wait, refreshes and guards go on`,
      ),
    stop: async () => {
      await hints.stop();
      redis?.close();
    },
  });
}

async function openRedis(redis: HufuOptions["redis"], environment: { readonly clock: Clock; readonly log: Logger }) {
  if (redis === undefined) return undefined;
  const client = typeof redis === "string" ? await connect(redis, environment.log) : redis;
  const link = createRedisLink({ client, ...environment });
  const hot = createRedisHotStore(link);
  // So that the first sign-in finds a connection, and a wrong address is seen at once.
  await hot.ping().catch((cause: unknown) => {
    environment.log.warn({ err: cause }, "Redis does not answer yet; starting without it");
  });
  const close = (): void => {
    if (typeof redis === "string") client.disconnect();
  };
  return { hot, hints: createRedisHints(link), close };
}

/** A client of our own. Its queue stays empty: a caller that asks has long been answered when it could send. */
async function connect(url: string, log: Logger): Promise<RedisClient> {
  const { Redis } = await driver();
  const client = new Redis(url, {
    connectionName: "hufu",
    connectTimeout: 5000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // A peer that has vanished without a word is given up after this, not after the fifteen minutes of TCP.
    socketTimeout: 10_000,
    // The master has become a replica, and the name leads to the new one by now.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  });
  let isTold = false;
  client.on("error", ({ message }) => {
    // Each try says so again.
    log[isTold ? "debug" : "warn"]({ why: message }, "no connection to Redis");
    isTold = true;
  });
  client.on("ready", () => {
    isTold = false;
  });
  return client;
}

async function driver(): Promise<Pick<typeof import("ioredis"), "Redis">> {
  try {
    return await import("ioredis");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (isMissing) throw new TypeError("redis: the package ioredis is missing; npm install ioredis", { cause });
    throw cause;
  }
}
