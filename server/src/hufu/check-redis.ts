import { silentLogger } from "../core/log/log.ts";
import { within } from "../core/time/deadline.ts";
import { isRedisClient, type RedisClient } from "../store/hot/redis/redis-client.ts";
import { redisMistake } from "../store/hot/redis/redis-mistake.ts";
import { missingRight } from "../store/hot/redis/redis-rights.ts";
import { connectRedis } from "./connect-redis.ts";
import type { HufuOptions } from "./options.ts";

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
  try {
    await untilReady(client);
    return await faultOfCommands(client);
  } catch (error) {
    return redisMistake(error) ?? lastError ?? messageOf(error);
  } finally {
    client.disconnect();
  }
}

async function untilReady(client: RedisClient): Promise<void> {
  if (client.status === "ready") return;
  await within(
    { ms: CONNECT_MS, what: "Redis" },
    () =>
      new Promise<void>((resolve, reject) => {
        client.once("ready", () => resolve());
        client.on("error", (error) => {
          // A retry mends nothing of what is a mistake.
          if (redisMistake(error) !== undefined) reject(error);
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
