import { messageOf } from "../../core/errors/message-of.ts";
import { silentLogger } from "../../core/log/log.ts";
import { within } from "../../core/time/deadline.ts";
import { isRedisClient, type RedisClient } from "../../store/hot/redis/redis-client.ts";
import { redisMistake } from "../../store/hot/redis/redis-mistake.ts";
import { missingRight } from "../../store/hot/redis/redis-rights.ts";
import { evictionRisk, refusedWrites } from "../../store/hot/redis/redis-writes.ts";
import type { HufuOptions } from "../options/options.ts";
import { connectRedis } from "./connect-redis.ts";
import { schemeMistake } from "./redis-scheme.ts";

const CONNECT_MS = 6000;
const COMMAND_MS = 2000;
const PREFIX = "hufu:";

/** What is wrong with a Redis, in one sentence. A warning stops nothing. */
export interface RedisFinding {
  readonly level: "error" | "warning";
  readonly text: string;
}

/**
 * Does this Redis do what Hufu asks of it: run its scripts on keys that end, publish and subscribe, and keep what has not
 * ended? `undefined` if it does.
 */
export async function faultOfRedis(redis: NonNullable<HufuOptions["redis"]>): Promise<RedisFinding | undefined> {
  if (isRedisClient(redis)) return findingOf(redis);
  let lastError: string | undefined;
  const note = (fields: object) => {
    if ("why" in fields && typeof fields.why === "string" && fields.why !== "") lastError = fields.why;
  };
  const client = await connectRedis(redis, { ...silentLogger, warn: note, debug: note });
  const scheme = mistakenScheme(redis);
  try {
    await untilReady(client, scheme);
    return await findingOf(client);
  } catch (error) {
    return failing(redisMistake(error) ?? (await scheme) ?? unreachable(lastError ?? messageOf(error)));
  } finally {
    client.disconnect();
  }
}

async function findingOf(client: RedisClient): Promise<RedisFinding | undefined> {
  const fault = await faultOfCommands(client);
  if (fault !== undefined) return failing(fault);
  const risk = await evictionRisk(client);
  return risk === undefined ? undefined : { level: "warning", text: risk };
}

function failing(text: string): RedisFinding {
  return { level: "error", text };
}

/** What is refused at once, or spoken to in the wrong way, is not waited for. */
const HOPELESS = /ECONNREFUSED|ENOTFOUND/;

async function untilReady(client: RedisClient, scheme: Promise<string | undefined>): Promise<void> {
  if (client.status === "ready") return;
  await within(
    { ms: CONNECT_MS, what: "Redis" },
    () =>
      new Promise<void>((resolve, reject) => {
        client.once("ready", () => resolve());
        client.on("error", (error) => {
          // A retry mends nothing of what is a mistake.
          if (redisMistake(error) !== undefined || HOPELESS.test(messageOf(error))) reject(error);
        });
        void scheme.then((mistake) => {
          if (mistake !== undefined) reject(new Error(mistake));
        });
      }),
  );
}

async function faultOfCommands(client: RedisClient): Promise<string | undefined> {
  try {
    await within({ ms: COMMAND_MS, what: "Redis" }, () => client.call("ping"));
  } catch (error) {
    return redisMistake(error) ?? messageOf(error);
  }
  // Writes first: after READONLY the driver connects anew.
  return (await faultOfWrites(client)) ?? (await missingRight(client, PREFIX));
}

async function faultOfWrites(client: RedisClient): Promise<string | undefined> {
  try {
    await within({ ms: COMMAND_MS, what: "Redis" }, () => client.call("set", `${PREFIX}ping`, "1", "px", COMMAND_MS));
    return undefined;
  } catch (error) {
    return refusedWrites(messageOf(error));
  }
}

function unreachable(why: string): string {
  return `Redis is not reached (${why}): start it, or correct the address in redis`;
}

/** Of a URL; Sentinels and clusters say `tls` by itself. */
async function mistakenScheme(redis: unknown): Promise<string | undefined> {
  return typeof redis === "string" ? schemeMistake(redis) : undefined;
}
