import type { DebugLog } from "../debug-log.ts";
import { HufuClientError } from "../failure.ts";
import { readPlatformFailure } from "../runtime/platform-failure.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Deadline, Waiting } from "../runtime/waiting.ts";
import type { TokenEndpoint } from "../token-endpoint/token-endpoint.ts";
import type { TokenAnswer } from "../token-endpoint/token-verdict.ts";
import type { HeldSession } from "./held-session.ts";
import { changed, type PendingSignIn, type StoredSession } from "./stored-session.ts";

/** What may come along with a sign-in that the user asked for. */
export interface LoginOptions {
  /** `e.detail.code` of the platform's phone-number button. */
  readonly phoneCode?: string;
  /** Given to the back end's `resolveUser`: an inviter, a scene. At most 1 KiB as JSON. */
  readonly context?: unknown;
}

/** How a sign-in ended. */
export type SignInOutcome =
  | { readonly is: "signed-in" }
  /** Another runtime on the same storage signed in too; only one of the two sessions lives. */
  | { readonly is: "second"; readonly answer: TokenAnswer }
  | { readonly is: "ended"; readonly why: string };

export interface SignInParts {
  readonly runtime: Runtime;
  readonly held: HeldSession;
  readonly endpoint: TokenEndpoint;
  readonly waiting: Waiting;
  readonly randomId: () => Promise<string>;
  readonly log: DebugLog;
}

export interface SignIn {
  /** Rejects with the HufuClientError that ended it. */
  signIn(before: StoredSession, options: LoginOptions, deadline: Deadline): Promise<SignInOutcome>;
  /** A fresh login code, with all repeats that it takes. Rejects with a HufuClientError. */
  loginCode(deadline: Deadline): Promise<string>;
}

const LOGIN_CODE = "urn:hufu:grant-type:login-code";
/** If two codes are refused, the code is not the reason. */
const CODES_MOST = 2;
/** The platform limits logins per day; so many refusals in a row are enough. */
const TOO_OFTEN_MOST = 2;
/** The server repeats its answer to the same code and attempt for a minute. */
const REPEATABLE_MS = 50_000;
/** The phone button's code is valid for five minutes. */
const PHONE_CODE_MS = 240_000;
const LOGIN_MS = 10_000;
/** The client's own clock ends a login so much later than the platform's, whose error says more. */
const LATE_MS = 5000;

export function createSignIn(parts: SignInParts): SignIn {
  const { runtime, held, endpoint, waiting, randomId, log } = parts;

  async function loginCode(deadline: Deadline): Promise<string> {
    for (let failures = 0; ; failures += 1) {
      try {
        const late = (): unknown => ({ errMsg: "login:fail timeout" });
        return await waiting.within(LOGIN_MS + LATE_MS, runtime.login(LOGIN_MS), late);
      } catch (failure) {
        const { error, retry } = readPlatformFailure(failure);
        log("login code:", error.reason);
        const wait = waiting.backoff(failures);
        const isEnough = error.reason === "login_too_often" && failures >= TOO_OFTEN_MOST;
        if (!retry || isEnough || deadline.isOver() || wait >= deadline.left()) throw error;
        await waiting.pause(wait, true);
      }
    }
  }

  /** What to sign in with, stored before it is sent; a sign-in that was cut off a moment ago is sent again. */
  async function pendingOf(before: StoredSession, asked: Partial<PendingSignIn>, deadline: Deadline) {
    const { signIn: cutOff } = before;
    const age = cutOff === null ? -1 : runtime.now() - cutOff.at;
    if (cutOff && age >= 0 && age < REPEATABLE_MS) return { stored: before, pending: cutOff };
    const code = await loginCode(deadline);
    const now = await held.load();
    // Another runtime on the same storage was faster; the same request gets the same answer.
    if (now.signIn !== null && (!cutOff || now.signIn.code !== cutOff.code)) {
      return { stored: now, pending: now.signIn };
    }
    const { context, phoneCode = undefined } = cutOff || asked;
    const pending = {
      code,
      attempt: await randomId(),
      at: runtime.now(),
      context,
      phoneCode: cutOff === null || (age >= 0 && age < PHONE_CODE_MS) ? phoneCode : undefined,
    };
    const stored = changed(now, { signIn: pending });
    await held.write(stored);
    return { stored, pending };
  }

  async function signIn(
    first: StoredSession,
    { phoneCode, context }: LoginOptions,
    deadline: Deadline,
  ): Promise<SignInOutcome> {
    const asked = { phoneCode, context: context === undefined ? undefined : JSON.stringify(context) };
    const { deviceType, deviceName } = runtime.app;
    let before = first;
    for (let codes = 1; ; codes += 1) {
      log("sign in");
      const { stored, pending } = await pendingOf(before, asked, deadline);
      before = stored;
      const verdict = await endpoint.ask(
        {
          grant_type: LOGIN_CODE,
          code: pending.code,
          device_id: before.device,
          device_type: deviceType,
          device_name: deviceName,
          attempt_id: pending.attempt,
          phone_code: pending.phoneCode,
          context: pending.context,
        },
        deadline,
      );
      if (verdict.does === "take") {
        const isTaken = await held.take(verdict.answer, before.refresh);
        return isTaken ? { is: "signed-in" } : { is: "second", answer: verdict.answer };
      }
      before = changed(before, { signIn: null });
      await held.write(before);
      // An earlier sign-in of this very device was replaced; that does not end this one.
      if (verdict.does === "stay-out" && verdict.why !== "session_replaced") return { is: "ended", why: verdict.why };
      if (verdict.does === "fail") throw verdict.error;
      if (codes === CODES_MOST) {
        throw verdict.does === "new-code" ? verdict.error : new HufuClientError("bug", "answer_unexpected");
      }
      asked.phoneCode = pending.phoneCode;
      asked.context = pending.context;
    }
  }

  return { signIn, loginCode };
}
