import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors.ts";
import { isUserClaims } from "../../token/access-claims.ts";
import type { SessionContext } from "../context.ts";
import { readOwnToken } from "../own-token.ts";
import { endSession } from "./end-sessions.ts";

/** Whoever asks for a token to be revoked. */
export interface Revoker {
  readonly id: string;
  /** Has it shown a secret? */
  readonly confidential: boolean;
  readonly requestId?: string;
}

/**
 * RFC 7009: a refresh token ends its session; an access token ends itself, in `single` mode its session.
 * What is unknown, garbage or over already changes nothing and is no error.
 * @throws HufuError `grant_not_allowed`, nothing changed, if the token belongs to another client
 */
export async function revokeToken(context: SessionContext, token: string, client: Revoker): Promise<void> {
  const by = client.confidential ? `client:${client.id}` : "user";
  const caller: Caller = { by, ...(client.requestId === undefined ? {} : { requestId: client.requestId }) };

  const refreshToken = context.refreshTokens.parse(token);
  if (refreshToken !== undefined) {
    const facts = await context.store.sessions.findForMint(refreshToken.sessionId);
    if (facts === undefined) return;
    if (facts.session.clientId !== client.id) throw new HufuError("grant_not_allowed");
    await endSession(context, facts.session.id, "logged_out", caller);
    return;
  }

  const own = await readOwnToken(context, token);
  if (own === undefined) return;
  const { claims, kid } = own;
  if (claims.client_id !== client.id) throw new HufuError("grant_not_allowed");
  if (isUserClaims(claims) && context.settings.mode === "single") {
    await endSession(context, claims.sid, "logged_out", caller);
    return;
  }
  // Another node may have revoked it, or this one without hearing of the commit: a repeat leaves no second record.
  await context.readOutbox();
  if (context.isRevoked(claims, kid)) return;
  const entry = await context.store.revocations.append(
    { jti: claims.jti, why: "logged_out" },
    {
      audit: [
        {
          action: "token.revoke",
          actor: caller.by,
          app: claims.client_id,
          ...(isUserClaims(claims) ? { userId: claims.sub, sid: claims.sid } : {}),
          ...(client.requestId === undefined ? {} : { requestId: client.requestId }),
        },
      ],
    },
  );
  context.announce([entry]);
}
