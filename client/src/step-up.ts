import type { StepUp, StepUpParts } from "./calls/step-up-challenge.ts";
import type { FailureKind, HufuClientError } from "./failure.ts";
import { headerOf } from "./runtime/platform-answer.ts";
import type { PlatformAnswer } from "./runtime/runtime.ts";
import type { TokenAnswer } from "./token-endpoint/token-verdict.ts";

export type { StepUp } from "./calls/step-up-challenge.ts";

/** How long one step-up may take with all its repeats, in ms. */
const PATIENCE_MS = 27_000;
/** If two codes are refused, the code is not the reason. */
const CODES_MOST = 2;
/** The acr that a fresh login code reaches. */
const PLATFORM = "platform";
const SOTER = "soter";
const MODES: readonly unknown[] = ["fingerPrint", "facial"];

/** What the file uses of WeChat's `wx`; old base libraries and many devices lack it. */
declare const wx: {
  checkIsSupportSoterAuthentication?(options: object): void;
  startSoterAuthentication?(options: object): void;
};

/** Options of `stepUp`. */
export interface StepUpOptions {
  /** Asks for finger or face where a route wants presence (`acr: "soter"`). Default: such a call fails. */
  readonly soter?: {
    /** What is confirmed, in a word for the server's audit log: `pay`. At most 128 characters. */
    readonly operation: string;
    /** What the user reads meanwhile. */
    readonly content?: string;
  };
}

/** What was asked for one acr: the token that was not enough, and its successor, which may be on its way. */
interface Asked {
  readonly refused: string;
  readonly access: Promise<string>;
}

/**
 * Lets the client answer a guard that wants a fresh authentication: with a new login code of the same user, unseen.
 * That proves whose WeChat this phone runs, never that anybody is present. With `soter` it asks for finger or face where a
 * route wants them.
 *
 * @example
 * const hufu = createClient({ baseURL: "https://api.example.com", stepUp: stepUp() });
 */
export function stepUp({ soter }: StepUpOptions = {}): StepUp {
  const asked = new Map<string, Asked>();
  const answered = new WeakSet<object>();
  return async (parts, refusal, answer, refused, call) => {
    // Once for a call: a guard that is not content then wants what this user cannot give.
    if (refusal.reason !== "step_up_required" || answered.has(call)) throw refusal;
    answered.add(call);
    const acr = acrIn(answer);
    if (acr !== PLATFORM && (acr !== SOTER || !soter)) throw failure(refusal, "forbidden", refusal.reason);
    const known = asked.get(acr);
    // Calls that met the challenge with one token share what it led to.
    if (known && known.refused === refused) return known.access;
    const earlier = known ? known.access.catch(() => "") : Promise.resolve("");
    const authenticate = (): Promise<string> =>
      soter && acr === SOTER ? byBiometrics(parts, soter, refusal) : byLoginCode(parts, refusal);
    const now = { refused, access: earlier.then(authenticate) };
    asked.set(acr, now);
    // A failure is no answer for the calls to come.
    now.access.catch(() => asked.get(acr) === now && asked.delete(acr));
    return now.access;
  };
}

/** Old platforms give uploads without headers: then it is the weakest. */
function acrIn({ header }: PlatformAnswer): string {
  return (/\bacr_values="([^" ]*)/.exec(headerOf(header, "www-authenticate") || "") || [])[1] || PLATFORM;
}

async function byLoginCode(parts: StepUpParts, refusal: HufuClientError): Promise<string> {
  const { session, waiting } = parts;
  const deadline = waiting.deadline(PATIENCE_MS, () => undefined);
  try {
    for (let codes = 1; ; codes += 1) {
      const code = await session.loginCode(deadline);
      try {
        return await send(parts, { factor: PLATFORM, code }, refusal);
      } catch (error) {
        const { reason } = Object(error) as { readonly reason?: string };
        if (codes === CODES_MOST || !/^login_code_(invalid|used)$/.test(reason || "")) throw error;
      }
    }
  } finally {
    deadline.cancel();
  }
}

async function byBiometrics(
  parts: StepUpParts,
  { operation, content }: NonNullable<StepUpOptions["soter"]>,
  refusal: HufuClientError,
): Promise<string> {
  const unable = (): HufuClientError => failure(refusal, "forbidden", refusal.reason);
  const { supportMode } = await platform("checkIsSupportSoterAuthentication", {}, unable);
  const modes = Array.isArray(supportMode) ? supportMode.filter((mode) => MODES.indexOf(mode) !== -1) : [];
  if (modes.length === 0) throw unable();
  const { challenge } = await post(parts, "/me/step-up/challenge", { factor: SOTER, operation });
  const asked = { requestAuthModes: modes, challenge, authContent: content || "" };
  const { resultJSON, resultJSONSignature } = await platform("startSoterAuthentication", asked, unable);
  const signed = { json_string: resultJSON, json_signature: resultJSONSignature };
  return send(parts, Object.assign({ factor: SOTER, challenge, operation }, signed), refusal);
}

type Members = Readonly<Record<string, unknown>>;

/** A call of the platform; that it is missing, fails, or the user cancels, is all the same here. */
function platform(name: keyof typeof wx, options: object, unable: () => HufuClientError): Promise<Members> {
  return new Promise((resolve, reject) => {
    const call = wx[name];
    if (!call) return reject(unable());
    const success = (given: unknown): void => resolve(Object(given) as Members);
    call.call(wx, Object.assign({}, options, { success, fail: () => reject(unable()) }));
  });
}

/** Asks the server, and keeps the access token that it gives; the refresh token stays. */
async function send(parts: StepUpParts, body: object, refusal: HufuClientError): Promise<string> {
  const { session } = parts;
  const { access_token: access, expires_in: seconds }: Partial<TokenAnswer> = await post(parts, "/me/step-up", body);
  // A captive portal's page: the server has decided nothing.
  if (!access || !seconds) throw failure(refusal, "offline", "answer_unreadable");
  await session.flight.alone(async () => {
    const { refresh } = session.held.stored();
    const kept = refresh === null ? {} : { refresh_token: refresh };
    await session.held.take(Object.assign({ access_token: access, expires_in: seconds }, kept), refresh);
  });
  return access;
}

/** What it holds counts once, so that a repeat does no harm. */
async function post({ issuer, ask }: StepUpParts, path: string, data: object): Promise<Members> {
  const header = { "content-type": "application/json" };
  const answer = await ask("request", { url: issuer + path, method: "POST", header, data, idempotent: true });
  return Object(answer.data) as Members;
}

/** Of the class that the main file threw: a class of this file would be another one. */
function failure(refusal: HufuClientError, kind: FailureKind, reason: string): HufuClientError {
  const { statusCode, requestId } = refusal;
  const facts = Object.assign({}, statusCode && { statusCode }, requestId && { requestId });
  return new (refusal.constructor as typeof HufuClientError)(kind, reason, facts);
}
