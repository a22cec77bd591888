import { within } from "../../../core/time/deadline.ts";
import type { RedisClient } from "./redis-client.ts";

const ANSWER_MS = 500;

/** Words with which a Redis that answers refuses every write, and what to do. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/\bOOM\b/, "Redis is full and refuses writes: raise maxmemory, or give Hufu a Redis of its own"],
  [/\bREADONLY\b/, "this Redis is a replica and refuses writes: name the primary in redis, or Sentinels"],
  [/\bMISCONF\b/, "Redis refuses writes because it cannot save to its disk: look for a full disk there"],
];

/** Why a Redis that answers takes no writes, in one sentence; `undefined` for every other error. */
export function refusedWrites(text: string): string | undefined {
  return REFUSALS.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Might this Redis drop what has not ended yet? A dropped mark lets a login code pass a second time.
 * @returns one sentence; `undefined` if it does not, or does not say
 */
export async function evictionRisk(client: RedisClient): Promise<string | undefined> {
  const info = await within({ ms: ANSWER_MS }, () => client.call("info", "memory")).catch(() => "");
  const of = (name: string): string | undefined => new RegExp(`^${name}:(\\S+)`, "m").exec(String(info))?.[1];
  const policy = of("maxmemory_policy");
  if (policy === undefined || policy === "noeviction" || of("maxmemory") === "0") return undefined;
  return `Redis may drop marks before they end (maxmemory-policy ${policy}), and a login code could pass twice: set maxmemory-policy noeviction`;
}
