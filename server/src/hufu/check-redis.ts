import { messageOf } from "../core/errors/message-of.ts";
import { silentLogger } from "../core/log/log.ts";
import { within } from "../core/time/deadline.ts";
import { isRedisClient, type RedisClient } from "../store/hot/redis/redis-client.ts";
import { redisMistake } from "../store/hot/redis/redis-mistake.ts";
import { missingRight } from "../store/hot/redis/redis-rights.ts";
import { connectRedis } from "./connect-redis.ts";
import type { HufuOptions } from "./options.ts";
import { schemeMistake } from "./redis-scheme.ts";

const CONNECT_MS = 6000;
const COMMAND_MS = 2000;
const PREFIX = "hufu:";

/**
 * Does this Redis do what Hufu asks of it: run its scripts on keys that end, publish and subscribe?
 * @returns what is wrong, in one sentence; `undefined` if nothing is
 */
export async function faultOfRedis(redis: NonNullable<HufuOptions["redis"]>): Promise<string | undefined> {
  if (isRedisClient(redis)) return faultOfCommands(redis);
  let lastError: string | undefined;
  const note = (fields: object) => {
    if ("why" in fields && typeof fields.why === "string" && fields.why !== "") lastError = fields.why;
  };
  const client = await connectRedis(redis, { ...silentLogger, warn: note, debug: note });
  const scheme = mistakenScheme(redis);
  try {
    await untilReady(client, scheme);
    return await faultOfCommands(client);
  } catch (error) {
    return redisMistake(error) ?? (await scheme) ?? unreachable(lastError ?? messageOf(error));
  } finally {
    client.disconnect();
  }
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
  return missingRight(client, PREFIX);
}

function unreachable(why: string): string {
  return `Redis is not reached (${why}): start it, or correct the address in redis`;
}

/** Of a URL; Sentinels and clusters say `tls` by itself. */
async function mistakenScheme(redis: unknown): Promise<string | undefined> {
  return typeof redis === "string" ? schemeMistake(redis) : undefined;
}
