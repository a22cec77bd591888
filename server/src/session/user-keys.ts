import { HufuError } from "../core/errors/errors.ts";
import { createGenerationMap } from "../core/generation-map.ts";
import { lengthPrefixed } from "../core/length-prefixed.ts";
import type { App } from "../platform/platform.ts";
import type { IdentityKey } from "../store/records.ts";
import { checkSessionId } from "./check-input.ts";
import type { SessionContext } from "./context.ts";
import { openSessionKey } from "./session-keys.ts";

/** The platform is asked about one user at most so often, however many unknown versions are named. */
const ASK_EVERY_MS = 1000;
/** Some kilobytes for each thousand. */
const USERS_MOST = 10_000;

interface Identified extends IdentityKey {
  readonly clientId: string;
}

/** What the platform said last about one user. */
interface Heard {
  /** By version. */
  readonly keys: ReadonlyMap<number, { readonly key: string; readonly until: number }>;
  /** Monotonic milliseconds. */
  readonly askedAt: number;
  /** Of the last question; what was known before still counts. */
  readonly failure: HufuError | undefined;
}

/** Where request MACs are checked, this is asked for their keys. */
export interface UserKeys {
  /**
   * One key of the user of this session. `undefined`: the platform was asked, and lists no such version.
   * @throws HufuError `session_key_stale` if the platform gives out none for this session, `rate_limited` if it was asked a
   * moment ago, `platform_unavailable` and the platform's other reasons
   */
  find(sid: string, version: number): Promise<string | undefined>;
}

export type UserKeyContext = Pick<SessionContext, "store" | "box" | "clock" | "findApp" | "findPlatform">;

/**
 * The platform's keys of users, in the memory of this process alone, each until its end. Every node asks for itself.
 * An unknown version makes this node ask; requests that come meanwhile share the answer.
 */
export function createUserKeys(context: UserKeyContext): UserKeys {
  const { store, clock } = context;
  /** Whose a session is never changes. */
  const identities = createGenerationMap<string, Identified>(USERS_MOST);
  const heard = createGenerationMap<string, Heard>(USERS_MOST);
  const asking = new Map<string, Promise<void>>();

  async function identityOf(sid: string): Promise<Identified> {
    const known = identities.get(sid);
    if (known !== undefined) return known;
    const facts = await store.sessions.findForMint(checkSessionId("sid", sid));
    if (facts === undefined) throw new HufuError("session_key_stale", { detail: "the session is not there any more" });
    const { platform, app, openid, clientId } = facts.session;
    const identity = Object.freeze({ platform, app, openid, clientId });
    identities.set(sid, identity);
    return identity;
  }

  function keyOf(name: string, version: number): string | undefined {
    const found = heard.get(name)?.keys.get(version);
    return found !== undefined && clock.monotonic() < found.until ? found.key : undefined;
  }

  async function ask(name: string, identity: Identified): Promise<void> {
    const askedAt = clock.monotonic();
    try {
      const keys = await currentKeys(context, identity);
      heard.set(name, {
        keys: new Map(
          keys.map(({ version, key, expiresIn }) => [version, { key, until: askedAt + expiresIn * 1000 }] as const),
        ),
        askedAt,
        failure: undefined,
      });
    } catch (error) {
      const failure = error instanceof HufuError && error.status >= 500 ? error : undefined;
      heard.set(name, { keys: heard.get(name)?.keys ?? new Map(), askedAt, failure });
      throw error;
    }
  }

  async function askedJustNow(name: string, identity: Identified, version: number): Promise<string | undefined> {
    const running = asking.get(name);
    const last = heard.get(name);
    if (running === undefined && (last === undefined || clock.monotonic() - last.askedAt >= ASK_EVERY_MS)) {
      const mine = ask(name, identity).finally(() => asking.delete(name));
      asking.set(name, mine);
      await mine;
      return keyOf(name, version);
    }
    if (running !== undefined) await running;
    else if (last?.failure !== undefined) throw last.failure;
    const key = keyOf(name, version);
    if (key !== undefined) return key;
    // The question was asked before this request came: its key may be newer than the answer.
    throw new HufuError("rate_limited", {
      retryAfter: 1,
      detail: "the platform was asked for this user's keys just now",
    });
  }

  return Object.freeze({
    async find(sid: string, version: number): Promise<string | undefined> {
      const identity = await identityOf(sid);
      const name = lengthPrefixed(identity.platform, identity.app, identity.openid).toString("latin1");
      return keyOf(name, version) ?? askedJustNow(name, identity, version);
    },
  });
}

async function currentKeys(context: UserKeyContext, identity: Identified) {
  const app: App | undefined = await context.findApp(identity.clientId);
  const sessionKey = await openSessionKey(context, identity);
  const keys =
    app === undefined || sessionKey === undefined
      ? undefined
      : await context.findPlatform(identity.platform).userKeys(app, identity.openid, sessionKey);
  if (keys === undefined)
    throw new HufuError("session_key_stale", { detail: "there is no session_key that still works" });
  return keys;
}
