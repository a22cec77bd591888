import { toBase64url } from "../../core/base64url.ts";
import { type Caller, inNameOf, USER } from "../../core/caller.ts";
import { concerning } from "../../core/errors/concerning.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { newSessionId, newUserId } from "../../core/ids.ts";
import type { App } from "../../platform/platform.ts";
import type { DeviceType, SessionFacts } from "../../store/records.ts";
import { CodeTakenError, type SignInFacts, type SignInPlan, type SignInRequest } from "../../store/sessions.ts";
import { attemptTag } from "../../token/refresh-token.ts";
import { banHashes } from "../ban-hashes.ts";
import type { SessionContext } from "../context.ts";
import { countEnds } from "../ending/count-ends.ts";
import type { EndCause } from "../ending/end-records.ts";
import { endSessions } from "../ending/end-sessions.ts";
import { noteConflict } from "../identity-conflict.ts";
import { refreshRefusal } from "../liveness.ts";
import { mintForSession } from "../mint.ts";
import { questionId } from "../question-id.ts";
import { withHostRoles } from "../refresh/host-roles.ts";
import { sessionKeySeal } from "../session-keys.ts";
import { answerForSession, type TokenAnswer } from "../token-answer.ts";
import { claimCode, claimFreshCode, codeInProgress, codeMark, hashOfCode, releaseCode } from "./code-mark.ts";
import { candidatesOf } from "./concurrent-sessions.ts";
import { type ExchangedCode, keepExchange, keptKey, recallExchange } from "./exchanged-code.ts";
import { exchangeCode, REJECTED } from "./paced-exchange.ts";
import { askHost } from "./resolve-user.ts";
import { planSignIn, type SessionDraft } from "./sign-in-plan.ts";

/** For how long the same code with the same attempt gets the same session, in milliseconds. */
const REPLAY_MS = 60_000;
/** For how long a code that comes with another attempt ends the session made from it. A platform forgets codes by then. */
const REUSE_ENDS_MS = 300_000;
const CODE_REUSED: EndCause = { why: "reused", rule: "login_code" };
const ATTEMPT_BYTES = 16;
/** After these the same request may come again, although the platform has burnt the code. */
const OUTAGES = new Set(["host_unavailable", "store_unavailable", "platform_unavailable", "sign_in_in_progress"]);

/** A silent sign-in (docs/protocol.md §3.1), its parameters checked for shape. */
export interface SignInInput {
  readonly clientId: string;
  readonly code: string;
  readonly deviceId?: string | undefined;
  readonly deviceType?: DeviceType | undefined;
  readonly deviceName?: string | undefined;
  readonly attemptId?: string | undefined;
  readonly phoneCode?: string | undefined;
  /** Parsed, untrusted, never stored. */
  readonly context?: unknown;
  /** Thumbprint of the key whose proof came with the request; the session is bound to it. */
  readonly jkt?: string | undefined;
  /** Default: the user, outside of any request. */
  readonly caller?: Caller | undefined;
}

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

async function signInConfirmed(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
  exchanged: ExchangedCode,
): Promise<TokenAnswer> {
  const { openid, unionid, sessionKey } = exchanged.confirmed;
  const identity = { platform: app.platform, app: app.appId, openid };
  const host = await hostWord(context, identity, input, exchanged, questionId("sign-in", codeHash));

  const sid = newSessionId(context.random);
  const attempt = input.attemptId ?? toBase64url(context.random(ATTEMPT_BYTES));
  const keyId = context.secrets.newest.id;
  const first = context.refreshTokens.first({ keyId, sessionId: sid, code: input.code, attempt });
  const draft: SessionDraft = {
    sid,
    app,
    openid,
    deviceId: input.deviceId ?? null,
    deviceType: input.deviceType ?? "other",
    deviceName: input.deviceName ?? null,
    hostAsked: host !== null,
    hostUserId: host?.externalId ?? null,
    codeHash,
    codeAttempt: input.attemptId === undefined ? "" : attemptTag(sid, attempt),
    keyId,
    currentHash: first.hash,
    jkt: input.jkt ?? null,
  };
  const union = app.unionScope === null || unionid === null ? null : { scope: app.unionScope, id: unionid };
  const request: SignInRequest = {
    identity,
    banHashes: context.secrets.all
      .map(banHashes)
      .flatMap((hash) => [hash.identity(identity), ...(union === null ? [] : [hash.union(union.scope, union.id)])]),
    clientId: app.id,
    union,
    sessionKey:
      sessionKey === null
        ? null
        : { sealed: context.box.seal(sessionKey, sessionKeySeal(identity)), exchangedAt: exchanged.exchangedAt },
    host,
    newUser: { id: newUserId(context.random), roles: host?.roles ?? context.settings.defaultRoles },
    candidates: candidatesOf(context.settings, draft.deviceId),
  };
  try {
    let seen: SignInFacts | undefined;
    let ends: SignInPlan["end"] = [];
    const { facts, entries } = await context.store.sessions.signIn(request, (found) => {
      seen = found;
      const plan = planKnown(context, draft, found, byUser(input));
      ends = plan.end;
      return plan;
    });
    context.announce(entries);
    for (const end of ends) countEnds(context.meter, 1, end);
    noteConflictOf(context, app, seen, byUser(input));
    return await answer(context, facts, first.text);
  } catch (error) {
    if (error instanceof CodeTakenError) throw codeInProgress();
    throw error;
  }
}

function noteConflictOf(context: SessionContext, app: App, seen: SignInFacts | undefined, caller: Caller): void {
  if (seen === undefined || seen.conflict === null) return;
  const { user, conflict: why, conflictWith: otherUser } = seen;
  noteConflict(context, { userId: user.id, app: app.appId, why, otherUser }, caller.requestId);
}

/** Whose sign-in is refused is known where the user is. */
function planKnown(context: SessionContext, draft: SessionDraft, found: SignInFacts, caller: Caller): SignInPlan {
  try {
    return planSignIn(context.settings, draft, found, caller);
  } catch (error) {
    throw found.madeUser ? error : concerning(error, { userId: found.user.id });
  }
}

/** The host is asked about new identities, on every sign-in where it owns roles, and whenever there is a phone number. */
async function hostWord(
  context: SessionContext,
  identity: SignInRequest["identity"],
  input: SignInInput,
  { confirmed, phone }: ExchangedCode,
  id: string,
): Promise<SignInRequest["host"]> {
  const { resolveUser, rolesFrom } = context.settings;
  if (resolveUser === null) return null;
  const known = await context.store.users.findByIdentity(identity);
  if (known !== undefined && rolesFrom !== "host" && phone === null) return null;
  const word = await askHost(context, {
    identity: { ...identity, unionid: confirmed.unionid },
    context: input.context ?? null,
    phone,
    knownUser: known?.id ?? null,
    questionId: id,
  });
  return word === null ? null : { ...word, askedAtVer: known?.ver ?? null, rolesBind: rolesFrom === "host" };
}

/** A code that a session was made from has come again: the lost answer of an honest client, or another holder. */
async function answerUsedCode(
  context: SessionContext,
  app: App,
  input: SignInInput,
  facts: SessionFacts,
): Promise<TokenAnswer> {
  const { session } = facts;
  // Another client of the same mini program learns nothing and ends nothing (docs/reference/threats.md row 37).
  if (session.clientId !== app.id) throw new HufuError("login_code_used");
  const age = Math.max(facts.now, session.clock) - session.createdAt;
  const sameAttempt =
    input.attemptId !== undefined &&
    session.codeAttempt === attemptTag(session.id, input.attemptId) &&
    // Another key, or none, is another holder.
    session.jkt === (input.jkt ?? null);
  if (!sameAttempt) {
    // RFC 6749 §4.1.2: a code that is presented twice revokes what it gave. An old code in a log must not end a session.
    if (age <= REUSE_ENDS_MS) {
      await endSessions(context, { sid: session.id }, CODE_REUSED, inNameOf("system", byUser(input)));
    }
    throw new HufuError("login_code_used");
  }
  if (age > REPLAY_MS) throw new HufuError("login_code_used");
  const refusal = refreshRefusal(facts);
  if (refusal !== undefined) throw refusal;
  const first = context.secrets.all
    .map(({ id }) => id)
    .map((keyId) =>
      context.refreshTokens.first({ keyId, sessionId: session.id, code: input.code, attempt: input.attemptId ?? "" }),
    )
    // The secret that derived it may have been rotated since, and its child may be in use already.
    .find(({ hash }) => hash === session.currentHash || session.recent.some((token) => token.hash === hash));
  if (first === undefined) throw new HufuError("login_code_used");
  return answer(context, facts, first.text);
}

async function answer(context: SessionContext, facts: SessionFacts, refreshToken: string): Promise<TokenAnswer> {
  const current = await withHostRoles(context, facts);
  const access = await mintForSession(context, current);
  const { mode, madeUser } = current.session;
  return answerForSession(current, access, mode === "dual" ? refreshToken : undefined, madeUser);
}

function byUser({ caller = USER }: SignInInput): Caller {
  return caller;
}
