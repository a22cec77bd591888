import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Notices } from "../../core/log/notices.ts";
import type { Clock } from "../../core/time/clock.ts";
import { isRedisClient } from "../../store/hot/redis/redis-client.ts";
import { createRedisHints } from "../../store/hot/redis/redis-hints.ts";
import { createRedisHotStore } from "../../store/hot/redis/redis-hot.ts";
import { createRedisLink } from "../../store/hot/redis/redis-link.ts";
import { redisMistake } from "../../store/hot/redis/redis-mistake.ts";
import { missingRight } from "../../store/hot/redis/redis-rights.ts";
import { evictionRisk, refusedWrites } from "../../store/hot/redis/redis-writes.ts";
import type { HotStore } from "../../store/hot.ts";
import type { Store } from "../../store/store.ts";
import { exchangeHints, type HintExchange } from "../node/hints.ts";
import type { HufuOptions } from "../options/options.ts";
import { connectRedis, redisDriver } from "./connect-redis.ts";
import { schemeMistake } from "./redis-scheme.ts";

/** Where short-lived facts are, for `readyz`. */
export interface HotCheck {
  /** `ok (…)` says where they are, anything else what is wrong. */
  readonly text: string;
  /** Its set-up is mistaken: no retry helps, and this node is not fit. An outage takes no node out (decision 0021). */
  readonly isMistaken: boolean;
}

/** What the nodes of a deployment share beside what is durable. */
export interface Shared extends HintExchange {
  readonly hot: HotStore;
  /** Soon, and never rejects. */
  check(): Promise<HotCheck>;
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
    async check() {
      const mistake = options.hot === undefined ? await redis?.mistake() : undefined;
      if (mistake !== undefined) return { text: mistake, isMistaken: true };
      return hot.ping().then(
        () => ({ text: `ok (${where})`, isMistaken: false }),
        // The cause stays out of the text: readyz needs no credentials.
        (error: unknown) => {
          const what = refusedWrites(detailOf(error)) === undefined ? "does not answer" : "takes no writes";
          return { text: `${what} (${where}): sign-ins wait, refreshes and guards go on`, isMistaken: false };
        },
      );
    },
    stop: async () => {
      await hints.stop();
      redis?.close();
    },
  });
}

/** While nothing is wrong, Redis is asked so seldom whether it still allows what Hufu needs. */
const RIGHTS_EVERY_MS = 30_000;
const MISTAKEN_EVERY_MS = 2000;

async function openRedis(
  redis: HufuOptions["redis"],
  { clock, log, notices }: { readonly clock: Clock; readonly log: Logger; readonly notices: Notices },
) {
  if (redis === undefined) return undefined;
  const standing = createStanding(notices);
  const client = isRedisClient(redis) ? redis : await connectRedis(redis, log);
  client.on("error", (error: unknown) => standing.failed(redisMistake(error)));
  client.on("ready", standing.connected);
  const link = createRedisLink({ client, clock, log });
  const hot = createRedisHotStore(link);
  let askedAt = Number.NEGATIVE_INFINITY;

  async function mistake(): Promise<string | undefined> {
    const every = standing.mistake() === undefined ? RIGHTS_EVERY_MS : MISTAKEN_EVERY_MS;
    if (client.status === "ready" && clock.monotonic() - askedAt >= every) {
      askedAt = clock.monotonic();
      standing.rights(await missingRight(client, link.prefix));
    }
    return standing.mistake();
  }

  // So that the first sign-in finds a connection, and a wrong address or password is seen at once.
  const failure = await hot.ping().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  const risk = failure === undefined ? await evictionRisk(client) : refusedWrites(detailOf(failure));
  if (risk !== undefined) log.warn({}, risk);
  // Not waited for: a Redis that is silent must not hold up the start.
  if (failure !== undefined && typeof redis === "string") void schemeMistake(redis).then(standing.scheme);
  if ((await mistake()) === undefined && failure !== undefined) {
    log.warn({ err: failure }, "Redis does not answer yet; starting without it");
  }
  const close = (): void => {
    if (!isRedisClient(redis)) client.disconnect();
  };
  return { hot, hints: createRedisHints(link), mistake, close };
}

function detailOf(error: unknown): string {
  return error instanceof HufuError ? (error.detail ?? "") : "";
}

/** What is mistaken about the set-up of Redis: the way in (password, certificate, scheme), or what it allows. */
function createStanding(notices: Notices) {
  let connection: string | undefined;
  let scheme: string | undefined;
  let rights: string | undefined;
  const told = (mistake: string | undefined): string | undefined => {
    if (mistake !== undefined) notices.error("redis_misconfigured", {}, mistake);
    return mistake;
  };
  return {
    failed: (mistake: string | undefined): void => {
      connection = told(mistake);
    },
    scheme: (mistake: string | undefined): void => {
      scheme = told(mistake);
    },
    connected: (): void => {
      connection = undefined;
      scheme = undefined;
    },
    rights: (mistake: string | undefined): void => {
      rights = told(mistake);
    },
    mistake: (): string | undefined => connection ?? scheme ?? rights,
  };
}
