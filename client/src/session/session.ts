import type { DebugLog } from "../debug-log.ts";
import type { Events } from "../events.ts";
import { HufuClientError } from "../failure.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Waiting } from "../runtime/waiting.ts";
import type { ServerClock } from "../token-endpoint/server-clock.ts";
import type { TokenEndpoint } from "../token-endpoint/token-endpoint.ts";
import { createBrakes } from "./brakes.ts";
import { createHeldSession, type HeldSession, type HeldToken } from "./held-session.ts";
import { createRefusedTokens, type RefusedTokens } from "./refused-tokens.ts";
import type { SessionStorage } from "./session-storage.ts";
import { createSignIn, type LoginOptions, type SignIn } from "./sign-in.ts";
import { createSignOut } from "./sign-out.ts";
import { createSingleFlight, type SingleFlight } from "./single-flight.ts";
import type { SessionUser, StoredSession } from "./stored-session.ts";
import { createTokenRenewal } from "./token-renewal.ts";

/** When the client signs in by itself: before the first call that needs it, at the start, or never. */
export type SignInMode = "lazy" | "launch" | "manual";
/** Does a call need a signed-in user, take a token along if there is one, or go without? */
export type AuthNeed = "required" | "optional" | "none";

/** What is known without asking the server. */
export interface SessionState {
  readonly signedIn: boolean;
  readonly user: SessionUser | null;
  /** Why only `login()` signs in again; `null` otherwise. */
  readonly ended: string | null;
}

/** The replacement of a refused token. */
export interface Renewed {
  readonly access: string | undefined;
  /** Another runtime has stored it, so that it may be no younger than the one that was refused. */
  readonly found: boolean;
}

/** The tokens of this device. */
export interface Session {
  /** A token that is at hand and needs no work. */
  ready(): string | undefined;
  /**
   * An access token that lives for at least `minLife` ms; `undefined` for a guest. `patience`: the ms that the caller still has.
   * Rejects with a HufuClientError if there should be one and there is none.
   */
  token(need: AuthNeed, minLife: number, patience: () => number): Promise<string | undefined>;
  /** Replaces a token that the server has refused; `access` is `undefined` for a guest. */
  renewed(refused: string, need: AuthNeed, patience: () => number): Promise<Renewed>;
  login(options: LoginOptions): Promise<SessionState>;
  logout(): Promise<void>;
  state(): Promise<SessionState>;
  /** Resolves when running sign-ins and refreshes have ended, however they ended. */
  settled(): Promise<SessionState>;
  readonly held: HeldSession;
  readonly flight: SingleFlight;
  readonly loginCode: SignIn["loginCode"];
  /** An answer has arrived, so the server can probably be reached. */
  contact(): void;
  readonly refusedTokens: RefusedTokens;
}

export interface SessionParts {
  readonly runtime: Runtime;
  readonly storage: SessionStorage;
  readonly endpoint: TokenEndpoint;
  readonly clock: ServerClock;
  readonly waiting: Waiting;
  readonly events: Events;
  readonly randomId: () => Promise<string>;
  readonly log: DebugLog;
  readonly mode: SignInMode;
  /** How long one sign-in or refresh may take with all its repeats, in ms. */
  readonly patienceMs: number;
}

const FLIGHTS_MOST = 3;
const AHEAD_MOST_MS = 60_000;

export function createSession(parts: SessionParts): Session {
  const { runtime, storage, endpoint, clock, waiting, events, randomId, log, mode, patienceMs } = parts;
  const isGuest = runtime.app.isPreview;
  const isSilent = mode !== "manual" && !isGuest;
  const held = createHeldSession(storage, clock, events, log);
  const flight = createSingleFlight();
  const { signIn, loginCode } = createSignIn({ runtime, held, endpoint, waiting, randomId, log });
  const brakes = createBrakes(clock.now);
  const renewal = createTokenRenewal({
    held,
    endpoint,
    signIn,
    waiting,
    brakes,
    events,
    randomId,
    log,
    isSilent,
    patienceMs,
  });
  const signOut = createSignOut(held, endpoint, flight, waiting);
  const { contact } = signOut;
  let loading: Promise<StoredSession> | undefined;

  /** Reads storage once, at the start. */
  function known(): Promise<StoredSession> {
    if (!loading) {
      loading = held.load();
      loading.then(contact).catch(() => undefined);
    }
    return loading;
  }

  /** Is there a session to refresh, or may one be made silently? */
  function mayRenew(need: AuthNeed): boolean {
    const { refresh, ended } = held.stored();
    return refresh !== null || (need === "required" && isSilent && ended === null);
  }

  /** A guest's `undefined`, or why somebody who should be signed in is not. */
  function guest(need: AuthNeed): undefined {
    if (need !== "required" || isGuest) return undefined;
    const { ended } = held.stored();
    throw new HufuClientError("signed-out", ended || "sign_in_needed");
  }

  async function renewed(refused: string | undefined, need: AuthNeed, patience: () => number): Promise<Renewed> {
    if (!mayRenew(need)) {
      // Another runtime on the same storage may have signed in since.
      await held.load();
      const token = held.token();
      if (token && token.access !== refused) return { access: token.access, found: true };
    }
    for (let flights = 1; mayRenew(need); flights += 1) {
      const joined = flight.isRunning();
      try {
        const found = await flight.share(() => renewal.renew(refused));
        const token = held.token();
        // A flight that was running already may bring the very token that was refused.
        if (token && token.access !== refused) return { access: token.access, found };
        if (flights >= FLIGHTS_MOST) throw new HufuClientError("busy", "storage_contended");
      } catch (error) {
        // Who joined a flight late, or has time for several, tries again.
        if (!isPassing(error) || flights >= FLIGHTS_MOST || patience() <= (joined ? 0 : 2 * patienceMs)) throw error;
      }
    }
    return { access: guest(need), found: false };
  }

  function stateOf(): SessionState {
    const { refresh, ended } = held.stored();
    const signedIn = refresh !== null || held.token() !== undefined;
    return { signedIn, user: signedIn ? held.user() : null, ended: signedIn ? null : ended };
  }

  runtime.onShow(contact);
  return {
    ready() {
      const token = held.token();
      return token !== undefined && !isNearEnd(token) ? token.access : undefined;
    },
    async token(need, minLife, patience) {
      await known();
      const token = held.token();
      if (!token) return (await renewed(undefined, need, patience)).access;
      const { access, left, life } = token;
      if (left <= Math.max(0, Math.min(minLife, life / 2))) return (await renewed(access, need, patience)).access;
      // Near its end the next one is fetched, and nobody waits for it.
      if (isNearEnd(token) && mayRenew(need)) {
        flight.share(() => renewal.renew(access)).catch(() => undefined);
      }
      return access;
    },
    async renewed(refused, need, patience) {
      await known();
      const token = held.token();
      if (token && token.access !== refused) return { access: token.access, found: true };
      return renewed(refused, need, patience);
    },
    async login(options) {
      await flight.alone(() => renewal.login(options));
      contact();
      return stateOf();
    },
    logout: signOut.logout,
    async state() {
      await held.load();
      contact();
      return stateOf();
    },
    async settled() {
      await known();
      await flight.settled();
      return stateOf();
    },
    held,
    flight,
    loginCode,
    contact,
    refusedTokens: createRefusedTokens(runtime.now),
  };
}

function isNearEnd({ left, life }: HeldToken): boolean {
  return left < Math.min(life / 10, AHEAD_MOST_MS);
}

function isPassing(error: unknown): boolean {
  return error instanceof HufuClientError && (error.kind === "offline" || error.kind === "busy");
}
