import type { Clock } from "../../clock.ts";
import { toSeconds } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { createBoundedMap } from "../bounded-map.ts";

const LIFE_MS = 3600_000;
/** How many keys the server gets, the newest first, expired or not. */
const LISTED = 3;
const MAX_USERS = 10_000;

/** A key as a phone gets it. */
export interface UserKey {
  /** base64 of 16 bytes. */
  readonly encryptKey: string;
  /** 16 characters. */
  readonly iv: string;
  /** Grows by one with each key of a user. */
  readonly version: number;
  /** Epoch ms. The documentation names no unit; WeChat's own simulator for tests has this one. */
  readonly expireTime: number;
}

/** A key as a server gets it. */
export interface ListedUserKey {
  readonly encrypt_key: string;
  readonly version: number;
  /** Seconds; 0 for one that has expired. */
  readonly expire_in: number;
  readonly iv: string;
  /** Epoch seconds. */
  readonly create_time: number;
}

/** The keys that the platform shares with a user's phones, all of one user the same. */
export interface UserKeys {
  /** The newest valid key; a new one if none is valid. */
  latest(openid: string): UserKey;
  /** Makes a newer one; those before it stay in use until their end. */
  rotate(openid: string): UserKey;
  /** The newest three. */
  list(openid: string): readonly ListedUserKey[];
}

export function createUserKeys(clock: Clock, random: Random): UserKeys {
  const held = createBoundedMap<string, readonly UserKey[]>(MAX_USERS);

  function rotate(openid: string): UserKey {
    const known = held.get(openid) ?? [];
    const key = Object.freeze({
      encryptKey: random(16).toString("base64"),
      iv: random(8).toString("hex"),
      version: (known[0]?.version ?? 0) + 1,
      expireTime: clock.now() + LIFE_MS,
    });
    held.set(openid, [key, ...known].slice(0, LISTED));
    return key;
  }

  return Object.freeze({
    latest(openid: string) {
      const newest = held.get(openid)?.[0];
      return newest !== undefined && clock.now() < newest.expireTime ? newest : rotate(openid);
    },
    rotate,
    list: (openid: string) =>
      (held.get(openid) ?? []).map(({ encryptKey, iv, version, expireTime }) => ({
        encrypt_key: encryptKey,
        version,
        expire_in: Math.max(0, toSeconds(expireTime - clock.now())),
        iv,
        create_time: toSeconds(expireTime - LIFE_MS),
      })),
  });
}
