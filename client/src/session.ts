import { masked, type Tell } from "./debug.ts";
import type { Events } from "./events.ts";
import { HufuClientError } from "./failure.ts";
import type { Keeper } from "./keeper.ts";
import { changed, type KeptSession, type PendingSignIn, type SessionUser } from "./kept-session.ts";
import type { Patience } from "./patience.ts";
import { readPlatformFailure } from "./platform-failure.ts";
import type { Runtime } from "./runtime.ts";
import type { ServerClock } from "./server-clock.ts";
import { type TokenEndpoint, waitedTooLong } from "./token-endpoint.ts";
import type { TokenAnswer } from "./token-verdict.ts";

/** When the client signs in by itself: before the first call that needs it, at the start, or never. */
export type SignInMode = "lazy" | "launch" | "manual";
/** Does a call need a signed-in user, take one along if there is one, or go without? */
export type AuthNeed = "required" | "optional" | "none";

/** What may come along with a sign-in that the user asked for. */
export interface LoginOptions {
  /** `e.detail.code` of the platform's phone-number button. */
  readonly phoneCode?: string;
  /** Handed to the back end's `resolveUser`: an inviter, a scene. At most 1 KiB as JSON. */
  readonly context?: unknown;
}

/** What is known without asking anybody. */
export interface SessionState {
  readonly signedIn: boolean;
  readonly user: SessionUser | null;
  /** Why only `login()` signs in again; `null` otherwise. */
  readonly ended: string | null;
}

/** What came in place of a refused token. */
export interface Renewed {
  readonly access: string | undefined;
  /** Another runtime has left it in storage, so that it may be no younger than the one that was refused. */
  readonly found: boolean;
}

/** The tokens of this device. */
export interface Session {
  /** A token that is at hand and needs nothing done. */
  ready(): string | undefined;
  /**
   * An access token that lives for at least `minLife` ms; `undefined` for a guest.
   * Rejects with a HufuClientError when there should be one and is none in time.
   */
  token(need: AuthNeed, minLife: number, until: number): Promise<string | undefined>;
  /** Another one in place of a token that the server has refused; `access` is `undefined` for a guest. */
  renewed(refused: string, need: AuthNeed, until: number): Promise<Renewed>;
  login(options: LoginOptions): Promise<SessionState>;
  logout(): Promise<void>;
  state(): Promise<SessionState>;
}

export interface SessionParts {
  readonly runtime: Runtime;
  readonly keeper: Keeper;
  readonly endpoint: TokenEndpoint;
  readonly clock: ServerClock;
  readonly patience: Patience;
  readonly events: Events;
  readonly tell: Tell;
  readonly mode: SignInMode;
  /** How long one sign-in or refresh may take with all its repeats, in ms. */
  readonly patienceMs: number;
}

const LOGIN_CODE = "urn:hufu:grant-type:login-code";
/** Two codes, then the fault is elsewhere. */
const CODES_MOST = 2;
/** A storage that another runtime keeps changing under us is not run after for ever. */
const ROUNDS_MOST = 4;
const FLIGHTS_MOST = 3;
const AHEAD_MOST_MS = 60_000;
/** The server repeats its answer to the same code and attempt for a minute. */
const REPEATABLE_MS = 50_000;

export function createSession(parts: SessionParts): Session {
  const { runtime, keeper, endpoint, clock, patience, events, tell, mode, patienceMs } = parts;
  /** What storage held when it was last looked at. */
  let kept: KeptSession | undefined;
  /** A token that storage would not take: good for calls, and the session goes on from what storage holds. */
  let unsaved:
    | { readonly access: string; readonly until: number; readonly life: number; readonly past: string | null }
    | undefined;
  /** The attempt under which a refresh token was last presented, for a storage that would not take that either. */
  let lastAttempt: { readonly refresh: string; readonly id: string } | undefined;
  let loading: Promise<KeptSession> | undefined;
  /** The one sign-in or refresh under way; set in the turn that starts it, because on old systems a promise is a timer. */
  let flight: Promise<boolean> | undefined;
  let shutOut: HufuClientError | undefined;
  /** What a sign-in gave while another runtime on the same storage signed in too: only one of the two sessions lives. */
  let spare: TokenAnswer | undefined;

  function current(): { readonly access: string; readonly left: number; readonly life: number } | undefined {
    const held = unsaved || kept;
    if (held === undefined || held.access === null) return undefined;
    const left = Math.min(held.until - clock.now(), held.life);
    return { access: held.access, left, life: held.life };
  }

  /** Starts what makes a token, unless it is under way; whoever asks meanwhile waits for the same. */
  function fly(work: () => Promise<boolean>): Promise<boolean> {
    if (flight !== undefined) return flight;
    const land = (): void => {
      flight = undefined;
    };
    const started = work();
    flight = started;
    started.then(land, land);
    return started;
  }

  /** Does work that changes what is kept while nothing else does. */
  async function alone(work: () => Promise<void>): Promise<void> {
    while (flight !== undefined) await flight.catch(() => undefined);
    await fly(async () => {
      await work();
      return false;
    });
  }

  async function load(): Promise<KeptSession> {
    kept = await keeper.read();
    clock.remember(kept.skew);
    return kept;
  }

  /** What is known, read once at the start; then a session that was left earlier is told of. */
  async function known(): Promise<KeptSession> {
    if (kept !== undefined) return kept;
    if (loading === undefined) {
      loading = load();
      loading.then(tellLeaving).catch(() => undefined);
    }
    return loading;
  }

  /**
   * Makes the token anew: by a refresh while there is a session, else by a silent sign-in. `true` if nothing had to be
   * made, because another runtime on the same storage was faster.
   */
  async function obtain(refused: string | undefined): Promise<boolean> {
    if (shutOut !== undefined && !isOver(shutOut)) throw shutOut;
    const until = runtime.now() + patienceMs;
    for (let round = 0, superseded = ""; round < ROUNDS_MOST; round += 1) {
      const before = await load();
      const { refresh } = before;
      // What storage held before a save failed is not news.
      const isNews = unsaved === undefined || unsaved.past !== refresh;
      if (isNews && before.access !== null && before.access !== refused && before.until > clock.now()) {
        unsaved = undefined;
        return true;
      }
      if (refresh === null) {
        if (before.ended === null) await signIn(before, {}, until);
        return false;
      }
      const attempt = await attemptFor(before, refresh);
      tell("refresh", masked(refresh));
      const verdict = await endpoint.ask(
        { grant_type: "refresh_token", refresh_token: refresh, attempt_id: attempt },
        until,
        async () => (await load()).refresh === refresh,
      );
      if (verdict.does === "take") {
        await take(verdict.answer, refresh);
        events.emit("refreshed", {});
        return false;
      }
      if (verdict.does === "fail") {
        if (verdict.error.kind === "banned") shutOut = verdict.error;
        throw verdict.error;
      }
      const after = await load();
      if (after.refresh !== refresh) continue;
      if (verdict.does === "superseded" && superseded !== refresh) {
        superseded = refresh;
        continue;
      }
      const other = spare;
      if (verdict.does === "stay-out" && other !== undefined) await take(other, refresh);
      else if (verdict.does === "stay-out") await leave(after, verdict.why);
      else if (mode !== "manual") await signIn(after, {}, until);
      else await leave(after, verdict.does === "sign-in" ? verdict.why : "session_expired");
      return false;
    }
    throw new HufuClientError("busy", "storage_contended");
  }

  /** The word under which this refresh token is presented, kept before the question leaves. */
  async function attemptFor(before: KeptSession, refresh: string): Promise<string> {
    if (before.attempt !== null) return before.attempt;
    if (lastAttempt === undefined || lastAttempt.refresh !== refresh) {
      lastAttempt = { refresh, id: await runtime.random() };
    }
    const { id } = lastAttempt;
    await keeper.write(changed(before, { attempt: id }));
    // Another runtime may have written its own on top; then that one counts for both.
    const now = await load();
    return (now.refresh === refresh && now.attempt) || id;
  }

  /**
   * Takes an answer in, unless storage has moved on from the token that the question was about: a late answer never
   * overwrites a newer one, and gives `undefined`.
   */
  async function take(answer: TokenAnswer, past: string | null): Promise<SessionUser | null | undefined> {
    const now = await load();
    if (now.refresh !== past) {
      unsaved = undefined;
      return undefined;
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
    shutOut = spare = undefined;
    if (await keeper.write(next)) {
      unsaved = undefined;
      kept = next;
    } else {
      tell("storage did not take the new tokens; next time the old refresh token is repeated");
      unsaved = { access, until, life, past: now.refresh };
    }
    return next.user;
  }

  async function signIn(first: KeptSession, { phoneCode, context }: LoginOptions, until: number): Promise<void> {
    let before = first;
    for (let codes = 1; ; codes += 1) {
      tell("sign in");
      before = await asking(before, until);
      const { code, attempt } = before.signIn as PendingSignIn;
      const { deviceType, deviceName } = runtime.place;
      const verdict = await endpoint.ask(
        {
          grant_type: LOGIN_CODE,
          code,
          device_id: before.device,
          device_type: deviceType,
          device_name: deviceName,
          attempt_id: attempt,
          phone_code: phoneCode,
          context: context === undefined ? undefined : JSON.stringify(context),
        },
        until,
      );
      if (verdict.does === "take") {
        const user = await take(verdict.answer, before.refresh);
        if (user === undefined) {
          // Whose session made way for the other's, a refresh of the one in storage tells.
          spare = verdict.answer;
          await obtain((kept as KeptSession).access || undefined);
        }
        events.emit("signedIn", { user: (kept as KeptSession).user });
        return;
      }
      before = changed(before, { signIn: null });
      await keeper.write(before);
      // What an earlier sign-in of this very device has made way for is no reason to stay out.
      if (verdict.does === "stay-out" && verdict.why !== "session_replaced") return leave(before, verdict.why);
      if (verdict.does === "fail") {
        if (verdict.error.kind === "banned") shutOut = verdict.error;
        throw verdict.error;
      }
      if (codes === CODES_MOST) {
        throw verdict.does === "new-code" ? verdict.error : new HufuClientError("bug", "answer_unexpected");
      }
    }
  }

  /** What a sign-in asks with, kept before the question leaves; one that was cut off a moment ago is asked again. */
  async function asking(before: KeptSession, until: number): Promise<KeptSession> {
    const { signIn: pending } = before;
    const age = pending === null ? -1 : runtime.now() - pending.at;
    if (age >= 0 && age < REPEATABLE_MS) return before;
    const code = await loginCode(until);
    const now = await load();
    // Another runtime on the same storage was faster; whoever asks the same is answered the same.
    if (now.signIn !== null && (pending === null || now.signIn.code !== pending.code)) return now;
    const next = changed(now, { signIn: { code, attempt: await runtime.random(), at: runtime.now() } });
    await keeper.write(next);
    return next;
  }

  async function loginCode(until: number): Promise<string> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await runtime.login();
      } catch (failure) {
        const { error, retry } = readPlatformFailure(failure as { errMsg: string });
        const wait = patience.backoff(failures);
        if (!retry || runtime.now() + wait >= until) throw error;
        await patience.pause(wait, true);
      }
    }
  }

  /** Drops the tokens and stays out until the user signs in. */
  async function leave(before: KeptSession, why: string): Promise<void> {
    unsaved = undefined;
    kept = changed(before, { access: null, refresh: null, attempt: null, user: null, ended: why });
    await keeper.write(kept);
    events.emit("ended", { why });
  }

  /** A guest's `undefined`, or why somebody who should be signed in is not. */
  function guest(need: AuthNeed): undefined {
    if (need !== "required" || runtime.place.isPreview) return undefined;
    throw new HufuClientError("signed-out", (kept as KeptSession).ended || "sign_in_needed");
  }

  /** Is there a session to refresh, or may one be made unasked? */
  function mayObtain(need: AuthNeed): boolean {
    const { refresh, ended } = kept as KeptSession;
    if (refresh !== null) return true;
    return need === "required" && mode !== "manual" && !runtime.place.isPreview && ended === null;
  }

  async function obtained(refused: string | undefined, need: AuthNeed, until: number): Promise<Renewed> {
    for (let flights = 0; flights < FLIGHTS_MOST && mayObtain(need); flights += 1) {
      const joined = flight !== undefined;
      try {
        const landed = fly(() => obtain(refused));
        const found = await patience.inTime(landed, until, waitedTooLong);
        const token = current();
        // A flight that was under way already may bring the very token that was refused.
        if (token !== undefined && token.access !== refused) return { access: token.access, found };
      } catch (error) {
        // Or end for want of time, of which whoever joined it late has still some.
        if (!joined || !isPassing(error) || runtime.now() >= until) throw error;
      }
    }
    return { access: guest(need), found: false };
  }

  /** A session that was left while the server could not be told. */
  async function tellLeaving(): Promise<void> {
    const { leaving } = kept as KeptSession;
    if (leaving === null || !(await endpoint.leave(leaving))) return;
    await alone(async () => {
      const now = await load();
      if (now.leaving !== leaving) return;
      kept = changed(now, { leaving: null });
      await keeper.write(kept);
    });
  }

  function stateOf(): SessionState {
    const held = kept as KeptSession;
    const signedIn = held.refresh !== null || current() !== undefined;
    return { signedIn, user: signedIn ? held.user : null, ended: held.ended };
  }

  return {
    ready() {
      const token = current();
      return token !== undefined && !isNearEnd(token) ? token.access : undefined;
    },
    async token(need, minLife, until) {
      await known();
      const token = current();
      if (token === undefined) return (await obtained(undefined, need, until)).access;
      const { access, left, life } = token;
      if (left <= Math.max(0, Math.min(minLife, life / 2))) return (await obtained(access, need, until)).access;
      // Ahead of its end a new one is fetched, and nobody waits for it.
      if (isNearEnd(token) && mayObtain(need)) {
        fly(() => obtain(access)).catch(() => undefined);
      }
      return access;
    },
    async renewed(refused, need, until) {
      const token = current();
      if (token !== undefined && token.access !== refused) return { access: token.access, found: true };
      return obtained(refused, need, until);
    },
    async login(options) {
      await alone(async () => {
        shutOut = undefined;
        await signIn(changed(await load(), { signIn: null }), options, runtime.now() + patienceMs);
      });
      return stateOf();
    },
    async logout() {
      await alone(async () => {
        const before = await load();
        await leave(changed(before, { leaving: before.refresh || before.access }), "session_logged_out");
      });
      await tellLeaving();
    },
    async state() {
      await known();
      return stateOf();
    },
  };

  function isOver({ bannedUntil }: HufuClientError): boolean {
    return bannedUntil !== undefined && bannedUntil * 1000 <= clock.now();
  }
}

function isNearEnd({ left, life }: { readonly left: number; readonly life: number }): boolean {
  return left < Math.min(life / 10, AHEAD_MOST_MS);
}

function isPassing(error: unknown): boolean {
  return error instanceof HufuClientError && (error.kind === "offline" || error.kind === "busy");
}
