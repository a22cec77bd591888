import { toBase64url } from "../../core/base64url.ts";
import type { Caller } from "../../core/caller.ts";
import { concerning } from "../../core/errors/concerning.ts";
import { newSessionId, newUserId } from "../../core/ids.ts";
import type { App } from "../../platform/platform.ts";
import { CodeTakenError, type SignInFacts, type SignInPlan, type SignInRequest } from "../../store/sessions.ts";
import { attemptTag } from "../../token/refresh-token.ts";
import { banHashes } from "../ban-hashes.ts";
import type { SessionContext } from "../context.ts";
import { countEnds } from "../ending/count-ends.ts";
import { noteConflict } from "../identity-conflict.ts";
import { questionId } from "../question-id.ts";
import { sessionKeySeal } from "../session-keys.ts";
import type { TokenAnswer } from "../token-answer.ts";
import { codeInProgress } from "./code-mark.ts";
import { candidatesOf } from "./concurrent-sessions.ts";
import type { ExchangedCode } from "./exchanged-code.ts";
import { askHost } from "./resolve-user.ts";
import { answerSignIn } from "./sign-in-answer.ts";
import { byUser, type SignInInput } from "./sign-in-input.ts";
import { planSignIn, type SessionDraft } from "./sign-in-plan.ts";

const ATTEMPT_BYTES = 16;

/** Makes the session, with what the platform has confirmed and the host says. */
export async function signInConfirmed(
  context: SessionContext,
  app: App,
  input: SignInInput,
  codeHash: string,
  exchanged: ExchangedCode,
): Promise<TokenAnswer> {
  const { openid, unionid, sessionKey } = exchanged.confirmed;
  const identity = { platform: app.platform, app: app.appId, openid };
  const host = await hostWord(context, identity, input, exchanged, codeHash);

  const sid = newSessionId(context.random, context.clock.now());
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
    newUser: {
      id: newUserId(context.random, context.clock.now()),
      roles: host?.roles ?? context.settings.defaultRoles,
    },
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
    return await answerSignIn(context, facts, first.text);
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
  codeHash: string,
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
    questionId: questionId("sign-in", codeHash),
  });
  return word === null ? null : { ...word, askedAtVer: known?.ver ?? null, rolesBind: rolesFrom === "host" };
}
