import { concerning } from "../../core/errors/concerning.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { App } from "../../platform/platform.ts";
import type { SessionContext } from "../context.ts";
import type { TokenAnswer } from "../token-answer.ts";
import { claimCode, claimFreshCode, codeMark, hashOfCode, releaseCode } from "./code-mark.ts";
import { signInConfirmed } from "./confirmed-sign-in.ts";
import { type ExchangedCode, keepExchange, keptKey, recallExchange } from "./exchanged-code.ts";
import { exchangeCode, REJECTED } from "./paced-exchange.ts";
import { byUser, type SignInInput } from "./sign-in-input.ts";
import { answerUsedCode } from "./used-code.ts";

/** After these the same request may come again, although the platform has burnt the code. */
const OUTAGES = new Set(["host_unavailable", "store_unavailable", "platform_unavailable", "sign_in_in_progress"]);

/**
 * Login code in, session and tokens out. A repeat of the same code with the same attempt within a minute gives the
 * same session and refresh token; any other use of a used code ends the session that was made from it.
 * @throws HufuError with the reasons of docs/protocol.md §3.5
 */
export async function signIn(context: SessionContext, input: SignInInput): Promise<TokenAnswer> {
  const app = await context.findApp(input.clientId);
  if (app === undefined) throw new HufuError("client_unknown");
  if (app.requireProof && input.jkt === undefined) throw new HufuError("proof_missing");
  if (!context.findPlatform(app.platform).isCode(input.code)) {
    throw new HufuError("login_code_invalid", { isForged: true });
  }

  const codeHash = hashOfCode(app, input.code);
  const mark = codeMark(context, codeHash);
  if (await claimFreshCode(context, mark, { codeHash, kept: keptKey(codeHash) })) {
    try {
      // The mark is left to its end: the session's row holds the code, and a way to the database is saved.
      return await answerFreshCode(context, app, input, codeHash);
    } catch (error) {
      await releaseCode(context, mark);
      throw error;
    }
  }
  const refusal = await claimCode(context, mark);
  let answered: TokenAnswer;
  try {
    answered = await answerCode(context, app, input, codeHash, refusal);
  } catch (error) {
    // Before the answer: a client that gets a 503 may come again at once.
    if (refusal === undefined) await releaseCode(context, mark);
    throw error;
  }
  // From now on the session's row holds the code: no request has to wait for the mark.
  if (refusal === undefined) {
    context.inBackground("taking back the mark of a login code", () => releaseCode(context, mark));
  }
  return answered;
}

/** Who finished while the mark was being taken may not have been seen: if the platform says no, look again. */
async function answerFreshCode(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
): Promise<TokenAnswer> {
  let exchanged: ExchangedCode;
  try {
    exchanged = await exchangeCode(context, app, input.code, byUser(input));
  } catch (error) {
    if (!(error instanceof HufuError) || !REJECTED.has(error.reason)) throw error;
    const { attemptId } = input;
    const kept = attemptId === undefined ? undefined : await recallExchange(context, codeHash, attemptId);
    const isKnown = kept !== undefined || (await context.store.sessions.findByCode(codeHash)) !== undefined;
    if (!isKnown) throw error;
    return answerCode(context, app, input, codeHash, undefined);
  }
  return signInExchanged(context, app, input, codeHash, exchanged);
}

/**
 * Looks once, after the claim, so that no node can finish in between. A code that made a session answers repeats also
 * while another request holds the mark, and while the hot store is away.
 * @param refusal why this request may not exchange the code
 */
async function answerCode(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
  refusal: HufuError | undefined,
): Promise<TokenAnswer> {
  const earlier = await context.store.sessions.findByCode(codeHash);
  if (earlier !== undefined) {
    return answerUsedCode(context, app, input, earlier).catch((error: unknown) => {
      throw concerning(error, { sid: earlier.session.id });
    });
  }
  if (refusal !== undefined) throw refusal;
  return signInWithFreshCode(context, app, input, codeHash);
}

async function signInWithFreshCode(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
): Promise<TokenAnswer> {
  const { attemptId } = input;
  let exchanged = attemptId === undefined ? undefined : await recallExchange(context, codeHash, attemptId);
  exchanged ??= await exchangeCode(context, app, input.code, byUser(input));
  return signInExchanged(context, app, input, codeHash, exchanged);
}

/** With what the platform has said, which is kept for this attempt if an outage follows. */
async function signInExchanged(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
  confirmed: ExchangedCode,
): Promise<TokenAnswer> {
  const { attemptId } = input;
  let exchanged = confirmed;
  try {
    exchanged = await withPhone(context, app, input, exchanged);
    return await signInConfirmed(context, app, input, codeHash, exchanged);
  } catch (error) {
    if (attemptId !== undefined && error instanceof HufuError && OUTAGES.has(error.reason)) {
      await keepExchange(context, codeHash, attemptId, exchanged);
    }
    throw error;
  }
}

/** A phone number is asked for only where a host is there to take it. */
async function withPhone(
  context: SessionContext,
  app: App,
  { phoneCode }: SignInInput,
  exchanged: ExchangedCode,
): Promise<ExchangedCode> {
  if (phoneCode === undefined || exchanged.phone !== null || context.settings.resolveUser === null) return exchanged;
  const platform = context.findPlatform(app.platform);
  return { ...exchanged, phone: await platform.phoneNumber(app, phoneCode, exchanged.confirmed.openid) };
}
