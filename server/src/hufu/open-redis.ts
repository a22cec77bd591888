import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Notices } from "../core/notices.ts";
import { isRedisClient } from "../store/hot/redis/redis-client.ts";
import { createRedisHints } from "../store/hot/redis/redis-hints.ts";
import { createRedisHotStore } from "../store/hot/redis/redis-hot.ts";
import { createRedisLink } from "../store/hot/redis/redis-link.ts";
import type { HotStore } from "../store/hot.ts";
import type { Store } from "../store/store.ts";
import { connectRedis, redisDriver } from "./connect-redis.ts";
import { exchangeHints, type HintExchange } from "./hints.ts";
import type { HufuOptions } from "./options.ts";

/** What the nodes of a deployment share beside what is durable. */
export interface Shared extends HintExchange {
  readonly hot: HotStore;
  /** For `readyz`: `ok (…)` says where short-lived facts are, anything else what is wrong. Soon, and never rejects. */
  check(): Promise<string>;
}

/**
 * Is what reaches this Redis installed?
 * @throws TypeError for a URL, Sentinels or a cluster where `ioredis` is not installed
 */
export async function checkRedis(redis: HufuOptions["redis"]): Promise<void> {
  if (redis !== undefined && !isRedisClient(redis)) await redisDriver();
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
  const client = isRedisClient(redis) ? redis : await connectRedis(redis, environment.log);
  const link = createRedisLink({ client, ...environment });
  const hot = createRedisHotStore(link);
  // So that the first sign-in finds a connection, and a wrong address is seen at once.
  await hot.ping().catch((cause: unknown) => {
    environment.log.warn({ err: cause }, "Redis does not answer yet; starting without it");
  });
  const close = (): void => {
    if (!isRedisClient(redis)) client.disconnect();
  };
  return { hot, hints: createRedisHints(link), close };
}
