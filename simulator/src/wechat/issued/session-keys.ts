import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { createBoundedMap } from "../bounded-map.ts";

const MAX_KEYS = 100_000;

interface HeldKey {
  readonly key: string;
  readonly mintedAt: number;
  readonly expiresAt: number;
}

/** At most one valid `session_key` (16 bytes, base64) per openid. */
export interface SessionKeys {
  /** A code was issued: the key is replaced if it is older than the period. */
  codeIssued(openid: string): void;
  /** The valid key, or `undefined`. */
  current(openid: string): string | undefined;
  /** The valid key; a new one if there is none. */
  currentOrNew(openid: string): string;
  /** Replaces a valid key by another with the same end, and returns it. */
  reset(openid: string): string | undefined;
}

/** How the platform treats session keys. */
export interface SessionKeyTimes {
  /** A key younger than this survives a sign-in. */
  readonly periodMs: number;
  readonly lifeMs: number;
}

export function createSessionKeys(clock: Clock, random: Random, { periodMs, lifeMs }: SessionKeyTimes): SessionKeys {
  const keys = createBoundedMap<string, HeldKey>(MAX_KEYS);

  function valid(openid: string, now: number): HeldKey | undefined {
    const held = keys.get(openid);
    return held !== undefined && now < held.expiresAt ? held : undefined;
  }

  function mint(openid: string, now: number, expiresAt: number): string {
    const key = random(16).toString("base64");
    keys.set(openid, { key, mintedAt: now, expiresAt });
    return key;
  }

  return Object.freeze({
    codeIssued(openid: string) {
      const now = clock.now();
      const held = valid(openid, now);
      if (held === undefined || now - held.mintedAt >= periodMs) mint(openid, now, now + lifeMs);
    },
    current: (openid: string) => valid(openid, clock.now())?.key,
    currentOrNew(openid: string) {
      const now = clock.now();
      return valid(openid, now)?.key ?? mint(openid, now, now + lifeMs);
    },
    reset(openid: string) {
      const now = clock.now();
      const held = valid(openid, now);
      return held === undefined ? undefined : mint(openid, now, held.expiresAt);
    },
  });
}
