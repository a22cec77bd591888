import { type Caller, inNameOf, USER } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { SessionId } from "../../core/ids.ts";
import { faultLevel } from "../../core/log/fault-level.ts";
import { auditRecord } from "../../store/audit-record.ts";
import { isUserClaims } from "../../token/access-token/access-claims.ts";
import { parentTagOf, type RefreshToken } from "../../token/refresh-token.ts";
import type { SessionContext } from "../context.ts";
import { type OwnToken, readOwnToken } from "../own-token.ts";
import { isHeldByOwner } from "../refresh/refresh-decision.ts";
import type { EndCause } from "./end-records.ts";
import { endSession } from "./end-sessions.ts";

/** Access tokens of one session that may be revoked one by one within an access life; the next ends the session. */
const SINGLE_TOKENS_MOST = 20;

const SIGN_OUT: EndCause = { why: "logged_out", rule: "sign_out" };
const MANY_TOKENS: EndCause = { why: "logged_out", rule: "many_tokens_revoked" };
const OLD_TOKEN: EndCause = { why: "reused", rule: "old_token_revoked" };

/** The client that asks for a token to be revoked. */
export interface Revoker {
  readonly id: string;
  /** Has it shown a secret? */
  readonly confidential: boolean;
  /** Default: outside of any request. */
  readonly caller?: Caller | undefined;
}

/**
 * RFC 7009: a refresh token ends its session; an access token ends itself, in `single` mode its session.
 * A token that is unknown, malformed or ended already changes nothing and is no error.
 * @throws HufuError `grant_not_allowed`, nothing changed, if the token belongs to another client
 */
export async function revokeToken(context: SessionContext, token: string, client: Revoker): Promise<void> {
  const by = client.confidential ? `client:${client.id}` : "user";
  const caller = inNameOf(by, client.caller ?? USER);

  const refreshToken = context.refreshTokens.parse(token);
  if (refreshToken !== undefined) return revokeRefreshToken(context, refreshToken, client, caller);

  const own = await readOwnToken(context, token);
  if (own === undefined) return;
  if (own.claims.client_id !== client.id) throw new HufuError("grant_not_allowed");
  await revokeAccessToken(context, own, caller);
}

async function revokeRefreshToken(
  context: SessionContext,
  token: RefreshToken,
  client: Revoker,
  caller: Caller,
): Promise<void> {
  const facts = await context.store.sessions.findForMint(token.sessionId);
  if (facts === undefined) return;
  const { session, now } = facts;
  if (session.clientId !== client.id) throw new HufuError("grant_not_allowed");
  if (isHeldByOwner(session, token, now, parentTagOf)) await endSession(context, session.id, SIGN_OUT, caller);
  // Its owner does not hold such a token any more, so this is no sign-out (docs/design.md §5).
  else await endSession(context, session.id, OLD_TOKEN, { ...caller, by: "system" });
}

async function revokeAccessToken(context: SessionContext, { claims, kid }: OwnToken, caller: Caller): Promise<void> {
  if (isUserClaims(claims) && context.settings.mode === "single") {
    await endSession(context, claims.sid, SIGN_OUT, caller);
    return;
  }
  // Another node may have revoked it, or this one without hearing of the commit: a repeat leaves no second record.
  const isRevokedAlready = async (): Promise<boolean> => {
    await context.readOutbox();
    return context.isRevoked(claims, kid);
  };
  if (await isRevokedAlready()) return;
  if (isUserClaims(claims)) {
    if (await isOneTooMany(context, claims.sid)) {
      await endSession(context, claims.sid, MANY_TOKENS, caller);
      return;
    }
    // The hot store may answer slowly, and a repeat may have revoked the token meanwhile.
    if (await isRevokedAlready()) return;
  }
  const owner = isUserClaims(claims) ? { userId: claims.sub, sid: claims.sid } : {};
  const record = auditRecord(caller, { action: "token.revoke", app: claims.client_id, ...owner });
  const entry = await context.store.revocations.append({ jti: claims.jti, why: "logged_out" }, { audit: [record] });
  context.announce([entry]);
}

/** Every revoked token is an entry that all verifiers keep. Without the hot store nothing is counted. */
async function isOneTooMany({ hot, settings, log }: SessionContext, sid: SessionId): Promise<boolean> {
  try {
    return (await hot.count(`revoked-tokens:${sid}`, settings.accessMs)) > SINGLE_TOKENS_MOST;
  } catch (cause) {
    log[faultLevel(cause)]({ err: cause }, "revoked access tokens of a session could not be counted");
    return false;
  }
}
