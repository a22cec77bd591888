import type { DebugLog } from "../debug-log.ts";
import type { Events } from "../events.ts";
import type { ServerClock } from "../token-endpoint/server-clock.ts";
import type { TokenAnswer } from "../token-endpoint/token-verdict.ts";
import type { SessionStorage } from "./session-storage.ts";
import { changed, emptySession, type SessionUser, type StoredSession } from "./stored-session.ts";

/** An access token, and how long it lives by the server's clock, in ms. */
export interface HeldToken {
  readonly access: string;
  readonly left: number;
  readonly life: number;
}

/** The session as this runtime knows it: what storage held when last read, and tokens that storage did not take. */
export interface HeldSession {
  /** Empty before the first `load`. */
  stored(): StoredSession;
  load(): Promise<StoredSession>;
  write(next: StoredSession): Promise<boolean>;
  token(): HeldToken | undefined;
  user(): SessionUser | null;
  /** A usable access token in storage that is not the refused one, and that this runtime has not replaced. */
  offers(stored: StoredSession, refused: string | undefined): boolean;
  /** Are there newer tokens that storage did not take? Then what storage holds is from before. */
  isAhead(): boolean;
  /** Uses what storage holds instead of tokens that it did not take. */
  adopt(): void;
  /**
   * Stores an answer's tokens, unless storage has moved on from the refresh token that was presented: then `false`, so that
   * a late answer never overwrites a newer one.
   */
  take(answer: TokenAnswer, presented: string | null): Promise<boolean>;
  /** Drops the tokens and stays signed out until the user signs in. */
  leave(before: StoredSession, why: string): Promise<void>;
}

export function createHeldSession(
  storage: SessionStorage,
  clock: ServerClock,
  events: Events,
  log: DebugLog,
): HeldSession {
  let stored = emptySession("");
  /** Good for calls; the session itself continues from what storage holds. */
  let unsaved:
    | (Pick<StoredSession, "access" | "until" | "life" | "user"> & { readonly past: string | null })
    | undefined;
  let isBroken = false;

  async function load(): Promise<StoredSession> {
    stored = await storage.read();
    clock.remember(stored.skew);
    return stored;
  }

  function adopt(): void {
    unsaved = undefined;
  }

  async function write(next: StoredSession): Promise<boolean> {
    stored = next;
    return storage.write(next);
  }

  return {
    stored: () => stored,
    load,
    write,
    token() {
      const { access, until, life } = unsaved || stored;
      return access === null ? undefined : { access, left: Math.min(until - clock.now(), life), life };
    },
    user: () => (unsaved || stored).user,
    offers({ refresh, access, until }, refused) {
      // What storage held before a failed write is not news.
      const isNews = unsaved === undefined || unsaved.past !== refresh;
      return isNews && access !== null && access !== refused && until > clock.now();
    },
    isAhead: () => unsaved !== undefined,
    adopt,
    async take(answer, presented) {
      const now = await load();
      if (now.refresh !== presented) {
        adopt();
        return false;
      }
      const { access_token: access, refresh_token: refresh = null, user } = answer;
      const life = answer.expires_in * 1000;
      const until = clock.now() + life;
      const next = changed(now, {
        access,
        until,
        life,
        refresh,
        attempt: null,
        user: user === undefined ? now.user : { id: user.id, externalId: user.external_id, roles: user.roles },
        signIn: null,
        ended: null,
        skew: clock.skew(),
      });
      if (now.ended !== null) await storage.mark("");
      const isStored = await storage.write(next);
      if (isStored) {
        adopt();
        stored = next;
      } else {
        log("tokens not stored");
        unsaved = { access, until, life, user: next.user, past: now.refresh };
        if (!isBroken) events.emit("storageBroken", {});
      }
      isBroken = !isStored;
      return true;
    },
    async leave(before, why) {
      adopt();
      await write(
        changed(before, { access: null, refresh: null, attempt: null, user: null, signIn: null, ended: why }),
      );
      await storage.mark(why);
      events.emit("ended", { why });
    },
  };
}
