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

/** What was asked for one acr: the token that was not enough, and its successor, which may be on its way. */
interface Asked {
  readonly refused: string;
  readonly access: Promise<string>;
}

/**
 * Lets the client answer a guard that wants a fresh authentication: with a new login code of the same user, unseen.
 * That proves whose WeChat this phone runs, never that anybody is present.
 *
 * @example
 * const hufu = createClient({ baseURL: "https://api.example.com", stepUp: stepUp() });
 */
export function stepUp(): StepUp {
  const asked = new Map<string, Asked>();
  const answered = new WeakSet<object>();
  return async (parts, refusal, answer, refused, call) => {
    // Once for a call: a guard that is not content then wants what this user cannot give.
    if (refusal.reason !== "step_up_required" || answered.has(call)) throw refusal;
    answered.add(call);
    const acr = acrIn(answer);
    if (acr !== PLATFORM) throw failure(refusal, "forbidden", refusal.reason);
    const known = asked.get(acr);
    // Calls that met the challenge with one token share what it led to.
    if (known && known.refused === refused) return known.access;
    const earlier = known ? known.access.catch(() => "") : Promise.resolve("");
    const now = { refused, access: earlier.then(() => byLoginCode(parts, refusal)) };
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

/** Asks the server, and keeps the access token that it gives; the refresh token stays. */
async function send({ session, issuer, ask }: StepUpParts, data: object, refusal: HufuClientError): Promise<string> {
  const answer = await ask("request", {
    url: `${issuer}/me/step-up`,
    method: "POST",
    header: { "content-type": "application/json" },
    data,
    // What it holds counts once, so that a repeat does no harm.
    idempotent: true,
  });
  const given = Object(answer.data) as Partial<TokenAnswer>;
  const { access_token: access, expires_in: seconds } = given;
  // A captive portal's page: the server has decided nothing.
  if (!access || !seconds) throw failure(refusal, "offline", "answer_unreadable");
  await session.flight.alone(async () => {
    const { refresh } = session.held.stored();
    const kept = refresh === null ? {} : { refresh_token: refresh };
    await session.held.take(Object.assign({ access_token: access, expires_in: seconds }, kept), refresh);
  });
  return access;
}

/** Of the class that the main file threw: a class of this file would be another one. */
function failure(refusal: HufuClientError, kind: FailureKind, reason: string): HufuClientError {
  const { statusCode, requestId } = refusal;
  const facts = Object.assign({}, statusCode && { statusCode }, requestId && { requestId });
  return new (refusal.constructor as typeof HufuClientError)(kind, reason, facts);
}
