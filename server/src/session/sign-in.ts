import { createHash } from "node:crypto";
import { toBase64url } from "../core/base64url.ts";
import { HufuError } from "../core/errors.ts";
import { newSessionId, newUserId, type SessionId } from "../core/ids.ts";
import { lengthPrefixed } from "../core/length-prefixed.ts";
import type { App, PlatformIdentity } from "../platform/platform.ts";
import type { AuditRecord, Delivery, DeviceType, Session, SessionFacts } from "../store/records.ts";
import { CodeTakenError, type SignInFacts, type SignInPlan } from "../store/sessions.ts";
import { attemptTag } from "../token/refresh-token.ts";
import type { Caller } from "./caller.ts";
import { makeRoom } from "./concurrent-sessions.ts";
import type { SessionContext } from "./context.ts";
import { endRecords } from "./end-records.ts";
import { endSessions } from "./end-sessions.ts";
import { banInForce, bannedError, refreshRefusal, whyOver } from "./liveness.ts";
import { mintForSession } from "./mint.ts";
import { askHost, type HostWord } from "./resolve-user.ts";
import { sessionKeySeal } from "./session-keys.ts";
import { answerForSession, type TokenAnswer } from "./token-answer.ts";

/** For how long the same code with the same attempt gets the same session, in milliseconds. */
const REPLAY_MS = 60_000;
/** Longer than any sign-in may take: the platform's 10 s, the host's few, and the database. */
const IN_PROGRESS_MS = 30_000;
const ATTEMPT_BYTES = 16;

/** A silent sign-in (docs/protocol.md §3.1), its parameters checked for shape. */
export interface SignInInput {
  readonly clientId: string;
  readonly code: string;
  readonly deviceId?: string;
  readonly deviceType?: DeviceType;
  readonly deviceName?: string;
  readonly attemptId?: string;
  readonly phoneCode?: string;
  /** Parsed, untrusted, never stored. */
  readonly context?: unknown;
  readonly requestId?: string;
}

/**
 * Login code in, session and tokens out. A repeat of the same code with the same attempt within a minute gives the
 * same session and refresh token; any other use of a used code ends the session that was made from it.
 * @throws HufuError with the reasons of docs/protocol.md §3.5
 */
export async function signIn(context: SessionContext, input: SignInInput): Promise<TokenAnswer> {
  const app = await context.findApp(input.clientId);
  if (app === undefined) throw new HufuError("client_unknown");
  // Proofs come with a later version; until then an app that requires them lets nobody in rather than everybody.
  if (app.requireProof) throw new HufuError("proof_missing");
  if (!context.findPlatform(app.platform).isCode(input.code)) throw new HufuError("login_code_invalid");

  const codeHash = hashOfCode(app, input.code);
  const earlier = await context.store.sessions.findByCode(codeHash);
  if (earlier !== undefined) return answerUsedCode(context, input, earlier);

  const mark = `code:${codeHash}`;
  if (!(await context.hot.claim(mark, IN_PROGRESS_MS))) throw inProgress();
  try {
    // Another node may have finished between the look and the claim.
    const meanwhile = await context.store.sessions.findByCode(codeHash);
    if (meanwhile !== undefined) return await answerUsedCode(context, input, meanwhile);
    return await signInWithFreshCode(context, app, input, codeHash);
  } finally {
    await context.hot.release(mark);
  }
}

async function signInWithFreshCode(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
): Promise<TokenAnswer> {
  const platform = context.findPlatform(app.platform);
  const exchangedAt = context.clock.now();
  const vouched = await platform.exchange(app, input.code);
  const identity = { platform: app.platform, app: app.appId, openid: vouched.openid };
  const host = await hostWord(context, app, input, vouched);

  const sid = newSessionId(context.random);
  const attempt = input.attemptId ?? toBase64url(context.random(ATTEMPT_BYTES));
  const keyId = context.secrets.newest.id;
  const first = context.refreshTokens.first({ keyId, sessionId: sid, code: input.code, attempt });
  const draft: Draft = {
    sid,
    app,
    openid: vouched.openid,
    input,
    codeHash,
    codeAttempt: input.attemptId === undefined ? "" : attemptTag(sid, attempt),
    keyId,
    currentHash: first.hash,
  };

  const request = {
    identity,
    clientId: app.id,
    union: app.unionScope === null || vouched.unionid === null ? null : { scope: app.unionScope, id: vouched.unionid },
    sessionKey:
      vouched.sessionKey === null
        ? null
        : { sealed: context.box.seal(vouched.sessionKey, sessionKeySeal(identity)), exchangedAt },
    host,
    newUser: { id: newUserId(context.random), roles: host?.roles ?? context.settings.defaultRoles },
  };
  try {
    const { facts, ended } = await context.store.sessions.signIn(request, (found) => plan(context, draft, found));
    context.announce(ended.entries);
    return await answer(context, facts, first.text);
  } catch (error) {
    if (error instanceof CodeTakenError) throw inProgress();
    throw error;
  }
}

/** The host is asked about new identities, on every sign-in where it owns roles, and whenever there is a phone number. */
async function hostWord(
  context: SessionContext,
  app: App,
  input: SignInInput,
  vouched: PlatformIdentity,
): Promise<(HostWord & { readonly roles: readonly string[] | null }) | null> {
  const { resolveUser, rolesFrom } = context.settings;
  if (resolveUser === null) return null;
  const identity = { platform: app.platform, app: app.appId, openid: vouched.openid };
  const known = await context.store.users.findByIdentity(identity);
  if (known !== undefined && rolesFrom !== "host" && input.phoneCode === undefined) return null;
  const phone =
    input.phoneCode === undefined
      ? null
      : await context.findPlatform(app.platform).phoneNumber(app, input.phoneCode, vouched.openid);
  const word = await askHost(context, {
    identity: { ...identity, unionid: vouched.unionid },
    context: input.context ?? null,
    phone,
    knownUser: known?.id ?? null,
  });
  if (word === null || known === undefined || rolesFrom === "host") return word;
  // Elsewhere the host's roles are a first proposal, not a standing order.
  return { ...word, roles: null };
}

interface Draft {
  readonly sid: SessionId;
  readonly app: App;
  readonly openid: string;
  readonly input: SignInInput;
  readonly codeHash: string;
  readonly codeAttempt: string;
  readonly keyId: string;
  readonly currentHash: string;
}

/** What the sign-in changes, decided under the user's lock. */
function plan(context: SessionContext, draft: Draft, found: SignInFacts): SignInPlan {
  const { settings } = context;
  const { user, now } = found;
  const ban = banInForce(user.ban, now);
  if (ban !== undefined) throw bannedError(ban);

  const deviceId = draft.input.deviceId ?? null;
  const deviceType = draft.input.deviceType ?? "other";
  const live = found.active.filter(
    (session) => whyOver({ session, user, pol: found.pol, resetPol: 0, now }) === undefined,
  );
  const leaving = makeRoom(live, { app: draft.app.appId, deviceId, deviceType }, settings);
  const caller: Caller = { by: "user", ...requestOf(draft.input) };

  const absoluteUntil = now + (settings.mode === "single" ? settings.accessMs : settings.absoluteMs);
  const insert: Session = {
    id: draft.sid,
    userId: user.id,
    platform: draft.app.platform,
    app: draft.app.appId,
    openid: draft.openid,
    clientId: draft.app.id,
    mode: settings.mode,
    deviceId,
    deviceType,
    deviceName: draft.input.deviceName ?? null,
    version: 1,
    generation: 0,
    currentHash: draft.currentHash,
    keyId: draft.keyId,
    recent: [],
    status: "active",
    endWhy: null,
    endedAt: null,
    endedBy: null,
    createdAt: now,
    lastUsedAt: now,
    idleUntil: Math.min(now + settings.idleMs, absoluteUntil),
    absoluteUntil,
    clock: now,
    authTime: now,
    acr: "platform",
    amr: ["swk"],
    jkt: null,
    bornPol: found.pol,
    codeHash: draft.codeHash,
    codeAttempt: draft.codeAttempt,
    madeUser: found.madeUser,
  };

  const endings = live
    .filter((session) => leaving.includes(session.id))
    .map((session) => endRecords(session, "replaced", caller, settings.hooks));
  return {
    insert,
    end: leaving.map((id) => ({ id, why: "replaced" as const })),
    audit: [...endings.flatMap((ending) => ending.audit ?? []), ...signInAudit(insert, found, caller)],
    deliveries: [...endings.flatMap((ending) => ending.deliveries ?? []), ...signInDeliveries(context, insert, found)],
  };
}

function signInAudit(session: Session, found: SignInFacts, caller: Caller): readonly AuditRecord[] {
  const about = {
    userId: session.userId,
    sid: session.id,
    app: session.app,
    actor: caller.by,
    ...(caller.requestId === undefined ? {} : { requestId: caller.requestId }),
  };
  const signedIn: AuditRecord = {
    action: "session.start",
    ...about,
    detail: { new_user: found.madeUser, device_type: session.deviceType },
  };
  if (found.conflict === null) return [signedIn];
  return [signedIn, { action: "identity.conflict", ...about, why: found.conflict }];
}

function signInDeliveries(context: SessionContext, session: Session, found: SignInFacts): readonly Delivery[] {
  if (context.settings.hooks.onSignIn === undefined) return [];
  const { id: sid, userId, app, openid, createdAt } = session;
  const externalId = found.user.externalId;
  return [{ event: "sign-in", payload: { userId, externalId, sid, app, openid, new: found.madeUser, at: createdAt } }];
}

/** A code that a session was made from has come again: the lost answer of an honest client, or somebody else. */
async function answerUsedCode(context: SessionContext, input: SignInInput, facts: SessionFacts): Promise<TokenAnswer> {
  const { session } = facts;
  const sameAttempt = input.attemptId !== undefined && session.codeAttempt === attemptTag(session.id, input.attemptId);
  if (!sameAttempt) {
    // RFC 6749 §4.1.2: a code that is presented twice revokes what it gave.
    await endSessions(context, { sid: session.id }, "reused", { by: "system", ...requestOf(input) });
    throw new HufuError("login_code_used");
  }
  if (Math.max(facts.now, session.clock) - session.createdAt > REPLAY_MS) throw new HufuError("login_code_used");
  const refusal = refreshRefusal(facts);
  if (refusal !== undefined) throw refusal;
  return answer(context, facts, firstTokenAgain(context, session, input.code, input.attemptId));
}

/** The sign-in's refresh token, derived again; the secret that derived it may have been rotated since. */
function firstTokenAgain(context: SessionContext, session: Session, code: string, attempt: string): string {
  const known = [session.currentHash, ...session.recent.map((token) => token.hash)];
  const candidates = context.secrets.all.map(({ id }) =>
    context.refreshTokens.first({ keyId: id, sessionId: session.id, code, attempt }),
  );
  const found = candidates.find((token) => known.includes(token.hash));
  if (found === undefined) throw new HufuError("login_code_used");
  return found.text;
}

async function answer(context: SessionContext, facts: SessionFacts, refreshToken: string): Promise<TokenAnswer> {
  const access = await mintForSession(context, facts);
  const { mode, madeUser } = facts.session;
  return answerForSession(facts, access, mode === "dual" ? refreshToken : undefined, madeUser);
}

function hashOfCode(app: App, code: string): string {
  return createHash("sha256")
    .update(lengthPrefixed("login code", app.platform, app.appId, code))
    .digest("base64url");
}

function inProgress(): HufuError {
  return new HufuError("sign_in_in_progress", { retryAfter: 1 });
}

function requestOf(input: SignInInput): { readonly requestId?: string } {
  return input.requestId === undefined ? {} : { requestId: input.requestId };
}
