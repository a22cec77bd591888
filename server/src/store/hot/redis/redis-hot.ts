import { systemRandom } from "../../../core/random.ts";
import type { HotStore } from "../../hot.ts";
import type { RedisCommand, RedisLink } from "./redis-link.ts";

/** The holder's own mark is no obstacle: the reply to an earlier try may have been lost. */
const CLAIM = `
if redis.call("set", KEYS[1], ARGV[1], "px", ARGV[2], "nx") then return 1 end
if redis.call("get", KEYS[1]) == ARGV[1] then return 1 end
return 0`;

const RELEASE = `
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end
return 0`;

/** The end is set with the first addition, and to a count that has lost its own. */
const COUNT = `
local count = redis.call("incr", KEYS[1])
if redis.call("pttl", KEYS[1]) < 0 then redis.call("pexpire", KEYS[1], ARGV[1]) end
return count`;

/** A count that is gone must not come back below zero, and without an end. */
const UNCOUNT = `
if tonumber(redis.call("get", KEYS[1]) or "0") > 0 then return redis.call("decr", KEYS[1]) end
return 0`;
/** A window is one hash: its epoch, and a field for each proof. */
const OPEN_WINDOW = `
redis.call("hsetnx", KEYS[1], "epoch", ARGV[1])
if redis.call("pttl", KEYS[1]) < 0 then redis.call("pexpire", KEYS[1], ARGV[2]) end
return redis.call("hget", KEYS[1], "epoch")`;

const CLAIM_IN = `
if redis.call("hget", KEYS[1], "epoch") ~= ARGV[1] then return -1 end
return redis.call("hsetnx", KEYS[1], ARGV[2], 1)`;

const EPOCH_BYTES = 16;
const PING_MS = 1000;

/**
 * Short-lived facts in Redis or Valkey. Each operation is one command or script about one key, so it is atomic and fits a
 * cluster, and every key has an end. What Redis loses (a restart without persistence, a failover, eviction) is lost:
 * see `HotStore`.
 */
export function createRedisHotStore({ send, prefix }: RedisLink): HotStore {
  const evaluate = (script: string, key: string, ...args: (string | number)[]): RedisCommand => [
    "eval",
    script,
    1,
    key,
    ...args,
  ];
  const releasing = (key: string, holder: string): RedisCommand => evaluate(RELEASE, `${prefix}mark:${key}`, holder);

  return Object.freeze<HotStore>({
    claim: async (key, holder, ttlMs) => {
      const command = evaluate(CLAIM, `${prefix}mark:${key}`, holder, ttlMs);
      return Number(await send(command, releasing(key, holder))) === 1;
    },
    release: async (key, holder) => void (await send(releasing(key, holder))),
    count: async (key, windowMs) => Number(await send(evaluate(COUNT, `${prefix}count:${key}`, windowMs))),
    uncount: async (key) => void (await send(evaluate(UNCOUNT, `${prefix}count:${key}`))),
    remember: async (key, value, ttlMs) => void (await send(["set", `${prefix}value:${key}`, value, "px", ttlMs])),
    recall: async (key) => {
      const value = await send(["get", `${prefix}value:${key}`]);
      return typeof value === "string" ? value : undefined;
    },
    // A write: a Redis that is full, or a replica, answers a PING and refuses every sign-in.
    ping: async () => void (await send(["set", `${prefix}ping`, "1", "px", PING_MS])),

    openWindow: async (name, ttlMs) => {
      const epoch = systemRandom(EPOCH_BYTES).toString("base64url");
      return String(await send(evaluate(OPEN_WINDOW, `${prefix}window:${name}`, epoch, ttlMs)));
    },
    claimIn: async (name, epoch, mark) => {
      const answer = Number(await send(evaluate(CLAIM_IN, `${prefix}window:${name}`, epoch, `mark:${mark}`)));
      return answer === -1 ? "lost" : answer === 1 ? "first" : "again";
    },
  });
}
