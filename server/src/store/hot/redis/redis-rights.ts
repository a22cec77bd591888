import { within } from "../../../core/time/deadline.ts";
import { type RedisClient, serversOf } from "./redis-client.ts";
import { redisMistake } from "./redis-mistake.ts";

const ANSWER_MS = 500;
const KEPT_MS = 1000;

/** Every command of Hufu's scripts once, on a key that is gone at the end. */
const SCRIPT = `redis.call("set", KEYS[1], "1", "px", ARGV[1])
redis.call("get", KEYS[1])
redis.call("incr", KEYS[1])
redis.call("decr", KEYS[1])
redis.call("pttl", KEYS[1])
redis.call("pexpire", KEYS[1], ARGV[1])
return redis.call("del", KEYS[1])`;

/**
 * Asks Redis for everything that Hufu will ask it for.
 * @returns what it does not allow, in one sentence; `undefined` if it allows all of it, or does not answer
 */
export async function missingRight(client: RedisClient, prefix: string): Promise<string | undefined> {
  const key = `${prefix}check`;
  const commands: readonly (readonly [string, ...(string | number)[]])[] = [
    ["ping"],
    ["set", key, "1", "px", KEPT_MS],
    ["get", key],
    ["eval", SCRIPT, 1, key, KEPT_MS],
    ["publish", `${prefix}hints`, ""],
  ];
  for (const [name, ...args] of commands) {
    const mistake = await mistakeOf(() => client.call(name, ...args));
    if (mistake !== undefined) return mistake;
  }
  return mistakeOf(() => subscribeOnce(client, `${prefix}hints`));
}

async function mistakeOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await within({ ms: ANSWER_MS }, ask);
    return undefined;
  } catch (error) {
    return redisMistake(error);
  }
}

/** Listening takes a connection of its own. */
async function subscribeOnce(client: RedisClient, channel: string): Promise<void> {
  const [server] = serversOf(client);
  const connection = server?.duplicate({ lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  if (connection === undefined) return;
  connection.on("error", () => undefined);
  try {
    await connection.connect();
    await connection.call("subscribe", channel);
  } finally {
    connection.disconnect();
  }
}
