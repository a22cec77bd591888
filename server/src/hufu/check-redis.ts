import { within } from "../core/deadline.ts";
import { silentLogger } from "../core/log.ts";
import { isRedisClient } from "../store/hot/redis/redis-client.ts";
import { connectRedis } from "./connect-redis.ts";
import type { HufuOptions } from "./options.ts";

const CONNECT_MS = 6000;
const COMMAND_MS = 2000;
const KEY = "hufu:check";

/**
 * Does this Redis do what Hufu asks of it: write a key that ends, and publish?
 * @returns what is wrong, in one sentence; `undefined` if nothing is
 */
export async function redisMistake(redis: NonNullable<HufuOptions["redis"]>): Promise<string | undefined> {
  if (isRedisClient(redis)) return commandMistake((...command) => redis.call(...command));
  let lastError: string | undefined;
  const note = (fields: object) => {
    if ("why" in fields && typeof fields.why === "string" && fields.why !== "") lastError = fields.why;
  };
  const client = await connectRedis(redis, { ...silentLogger, warn: note, debug: note });
  try {
    if (client.status !== "ready") {
      await within(
        { ms: CONNECT_MS, what: "Redis" },
        () =>
          new Promise<void>((resolve, reject) => {
            client.once("ready", () => resolve());
            client.on("error", (error) => {
              if (error instanceof Error && isPermanent(error.message)) reject(error);
            });
          }),
      );
    }
    return await commandMistake((...command) => client.call(...command));
  } catch (error) {
    return lastError ?? (error instanceof Error ? error.message : String(error));
  } finally {
    client.disconnect();
  }
}

async function commandMistake(
  call: (command: string, ...args: (string | number)[]) => Promise<unknown>,
): Promise<string | undefined> {
  try {
    await within({ ms: COMMAND_MS, what: "Redis" }, async () => {
      await call("set", KEY, "1", "px", 1000);
      await call("del", KEY);
      await call("publish", KEY, "1");
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Does the server refuse who we are? Trying again cures nothing. */
function isPermanent(message: string): boolean {
  return /^(?:WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/.test(message);
}
