import type { Runtime } from "../runtime/runtime.ts";

/** The key that the platform shares with this user's phones and the server. */
export interface UserKey {
  readonly version: string;
  /** As the platform gives it: the server takes the same text. */
  readonly text: string;
}

/** Asks the platform for the user's key, and keeps it until its end. */
export interface UserKeys {
  /** Does this platform have such keys? Before base library 2.17.3, WeChat has none. */
  readonly areOffered: boolean;
  /** The newest key; `undefined` if the platform gives none now. */
  latest(): Promise<UserKey | undefined>;
  /** The server does not take this one any more. */
  drop(key: UserKey): void;
}

/** What the file uses of WeChat's `wx`. */
declare const wx: {
  getUserCryptoManager?(): { getLatestUserKey?(options: object): void } | undefined;
};

const PATIENCE_MS = 5000;
/** A key lives for an hour. */
const LIFE_MS = 3_600_000;
/** Where the end is not known: nothing is lost by asking again. */
const UNKNOWN_LIFE_MS = 600_000;
const MARGIN_MS = 10_000;
const VERSION = /^\d{1,15}$/;
/** Numbers above are milliseconds, below seconds: both are read as epoch times of this century. */
const MILLISECONDS_FROM = 100_000_000_000;

export function createUserKeys({ now, later }: Pick<Runtime, "now" | "later">): UserKeys {
  let kept: { readonly key: UserKey; readonly from: number; readonly until: number } | undefined;
  let running: Promise<UserKey | undefined> | undefined;

  /** The platform's answer; `undefined` for a failure, a throw, and where it never calls back. */
  function ask(): Promise<Readonly<Record<string, unknown>> | undefined> {
    return new Promise((resolve) => {
      const cancel = later(PATIENCE_MS, () => resolve(undefined));
      const settle = (given?: unknown): void => {
        cancel();
        resolve(given === undefined ? undefined : (Object(given) as Record<string, unknown>));
      };
      try {
        const manager = managerOf();
        if (manager?.getLatestUserKey) manager.getLatestUserKey({ success: settle, fail: () => settle() });
        else settle();
      } catch (_) {
        settle();
      }
    });
  }

  async function renew(): Promise<UserKey | undefined> {
    const from = now();
    const { encryptKey, version, expireTime } = (await ask()) || {};
    running = undefined;
    if (typeof encryptKey !== "string" || encryptKey === "" || !VERSION.test(String(version))) return undefined;
    const key = { version: String(version), text: encryptKey };
    kept = { key, from, until: from + lifeOf(Number(expireTime), from) };
    return key;
  }

  return {
    get areOffered() {
      try {
        const manager = managerOf();
        return typeof manager?.getLatestUserKey === "function";
      } catch (_) {
        return false;
      }
    },
    latest() {
      const time = now();
      // Also if the phone's clock was set back.
      if (kept && time >= kept.from && time < kept.until) return Promise.resolve(kept.key);
      running = running || renew();
      return running;
    },
    drop(key) {
      if (kept && kept.key === key) kept = undefined;
    },
  };
}

function managerOf() {
  return wx.getUserCryptoManager?.();
}

/** Milliseconds. WeChat names no unit, and the phone's clock may be wrong. */
export function lifeOf(expireTime: number, now: number): number {
  const end = expireTime >= MILLISECONDS_FROM ? expireTime : expireTime * 1000;
  const life = end - now;
  return life > 0 && life <= LIFE_MS ? Math.max(0, life - MARGIN_MS) : UNKNOWN_LIFE_MS;
}
