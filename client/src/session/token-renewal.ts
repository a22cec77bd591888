import { type DebugLog, masked } from "../debug-log.ts";
import type { Events } from "../events.ts";
import { HufuClientError } from "../failure.ts";
import type { Deadline, Waiting } from "../runtime/waiting.ts";
import type { TokenEndpoint } from "../token-endpoint/token-endpoint.ts";
import type { TokenAnswer } from "../token-endpoint/token-verdict.ts";
import type { Brakes } from "./brakes.ts";
import type { HeldSession } from "./held-session.ts";
import type { LoginOptions, SignIn } from "./sign-in.ts";
import { changed, type StoredSession } from "./stored-session.ts";

export interface TokenRenewal {
  /**
   * Makes a new access token: by a refresh while there is a session, else by a silent sign-in. `true` if another runtime on
   * the same storage has stored one already.
   */
  renew(refused: string | undefined): Promise<boolean>;
  /** Signs in because the user asked for it. */
  login(options: LoginOptions): Promise<void>;
}

export interface TokenRenewalParts {
  readonly held: HeldSession;
  readonly endpoint: TokenEndpoint;
  readonly signIn: SignIn["signIn"];
  readonly waiting: Waiting;
  readonly brakes: Brakes;
  readonly events: Events;
  readonly randomId: () => Promise<string>;
  readonly log: DebugLog;
  /** May the client sign in by itself? */
  readonly isSilent: boolean;
  /** How long one sign-in or refresh may take with all its repeats, in ms. */
  readonly patienceMs: number;
}

/** Bounds the work while other runtimes keep changing the storage. */
const ROUNDS_MOST = 4;

export function createTokenRenewal(parts: TokenRenewalParts): TokenRenewal {
  const { held, endpoint, signIn, waiting, brakes, events, randomId, log, isSilent, patienceMs } = parts;
  /** The attempt of the last refresh, for a storage that does not keep it. */
  let lastAttempt: { readonly refresh: string; readonly id: string } | undefined;

  /** The attempt under which this refresh token is presented, stored before the request leaves. */
  async function attemptFor(before: StoredSession, refresh: string): Promise<string> {
    if (before.attempt !== null) return before.attempt;
    if (!lastAttempt || lastAttempt.refresh !== refresh) lastAttempt = { refresh, id: await randomId() };
    const { id } = lastAttempt;
    await held.write(changed(before, { attempt: id }));
    // Another runtime may have stored its own attempt; then both use that one.
    const now = await held.load();
    return (now.refresh === refresh && now.attempt) || id;
  }

  async function enter(before: StoredSession, deadline: Deadline, asked?: LoginOptions): Promise<void> {
    try {
      const outcome = await signIn(before, asked || {}, deadline);
      if (outcome.is === "ended") {
        await held.leave(held.stored(), outcome.why);
        return;
      }
      if (outcome.is === "second") {
        // Refresh the stored token to learn which of the two sessions survived.
        const { access } = held.stored();
        await refreshOrEnter(access || undefined, deadline, outcome.answer);
      }
    } catch (error) {
      if (error instanceof HufuClientError) {
        const isLasting = error.kind !== "offline" && (error.kind !== "busy" || error.reason === "login_too_often");
        // If the user's own attempt fails, the session that is still there stays usable.
        if (isLasting && (!asked || before.refresh === null)) brakes.hold(String(before.refresh), error);
        events.emit("signInFailed", { error });
      }
      throw error;
    }
    brakes.clear();
    events.emit("signedIn", { user: held.user() });
  }

  async function refreshOrEnter(
    refused: string | undefined,
    deadline: Deadline,
    second: TokenAnswer | undefined,
  ): Promise<boolean> {
    for (let round = 0, superseded = ""; round < ROUNDS_MOST; round += 1) {
      const before = await held.load();
      const { refresh } = before;
      if (held.offers(before, refused)) {
        held.adopt();
        return true;
      }
      const refusal = brakes.held(String(refresh));
      if (refusal) throw refusal;
      if (refresh === null) {
        if (before.ended === null) await enter(before, deadline);
        return false;
      }
      const attempt = await attemptFor(before, refresh);
      log("refresh", masked(refresh));
      const verdict = await endpoint.ask(
        { grant_type: "refresh_token", refresh_token: refresh, attempt_id: attempt },
        deadline,
        async () => (await held.load()).refresh === refresh,
      );
      if (verdict.does === "take") {
        await held.take(verdict.answer, refresh);
        events.emit("refreshed", {});
        return false;
      }
      if (verdict.does === "fail") {
        if (verdict.error.kind === "banned") brakes.hold(refresh, verdict.error);
        throw verdict.error;
      }
      const after = await held.load();
      if (after.refresh !== refresh) continue;
      if (verdict.does === "superseded" && superseded !== refresh) {
        superseded = refresh;
        continue;
      }
      if (verdict.does === "stay-out" && second) await held.take(second, refresh);
      // A session that this runtime replaced itself, but could not store, is no reason to stay signed out.
      else if (verdict.does === "stay-out" && !held.isAhead()) await held.leave(after, verdict.why);
      else if (isSilent) await enter(after, deadline);
      else await held.leave(after, verdict.does === "sign-in" ? verdict.why : "session_expired");
      return false;
    }
    throw new HufuClientError("busy", "storage_contended");
  }

  async function inTime<Value>(work: (deadline: Deadline) => Promise<Value>): Promise<Value> {
    const deadline = waiting.deadline(patienceMs, () => undefined);
    try {
      return await work(deadline);
    } finally {
      deadline.cancel();
    }
  }

  return {
    renew: (refused) => inTime((deadline) => refreshOrEnter(refused, deadline, undefined)),
    // A sign-in that was pending was not the user's.
    login: (options) =>
      inTime(async (deadline) => enter(changed(await held.load(), { signIn: null }), deadline, options)),
  };
}
