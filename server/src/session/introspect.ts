import { HufuError } from "../core/errors/errors.ts";
import { toSeconds } from "../core/time/clock.ts";
import { isUserClaims } from "../token/access-token/access-claims.ts";
import { parentTagOf } from "../token/refresh-token.ts";
import type { Client } from "./clients.ts";
import type { SessionContext } from "./context.ts";
import { refreshRefusal, tokenRefusal } from "./liveness.ts";
import { type OwnToken, readOwnToken } from "./own-token.ts";
import { decideRefresh } from "./refresh/refresh-decision.ts";

/** RFC 7662 §2.2. */
export type Introspection =
  | { readonly active: false }
  | ({ readonly active: true } & Readonly<Record<string, unknown>>);

const INACTIVE: Introspection = Object.freeze({ active: false });

/**
 * Whether a token is valid at this moment by the database, not by a list of revocations. Every token that is not valid
 * gets the same answer.
 * @throws HufuError `permission_denied` if the client may not introspect
 */
export async function introspect(context: SessionContext, token: string, client: Client): Promise<Introspection> {
  if (!client.permissions.includes("hufu.tokens:introspect")) {
    throw new HufuError("permission_denied", { scope: "hufu.tokens:introspect" });
  }
  await context.limits.introspection(client.id);
  if (token.startsWith("hr1.")) return introspectRefreshToken(context, token);
  const own = await readOwnToken(context, token);
  if (own === undefined || !(await standsInDatabase(context, own))) return INACTIVE;
  const { permissions, ...rest } = own.claims;
  return {
    active: true,
    token_type: own.claims.cnf === undefined ? "Bearer" : "DPoP",
    scope: permissions?.join(" "),
    permissions,
    ...rest,
  };
}

/** Session and user as the database knows them; single tokens and resets by the outbox, read up to this moment. */
async function standsInDatabase(context: SessionContext, { claims, kid }: OwnToken): Promise<boolean> {
  await context.readOutbox();
  if (context.isRevoked(claims, kid)) return false;
  if (!isUserClaims(claims)) return context.findClient(claims.client_id) !== undefined;
  const facts = await context.store.sessions.findForMint(claims.sid);
  return facts !== undefined && tokenRefusal(facts, claims.ver, claims.pol) === undefined;
}

async function introspectRefreshToken(context: SessionContext, text: string): Promise<Introspection> {
  const token = context.refreshTokens.parse(text);
  if (token === undefined) return INACTIVE;
  const facts = await context.store.sessions.findForMint(token.sessionId);
  if (facts === undefined || refreshRefusal(facts) !== undefined) return INACTIVE;
  const { session, user } = facts;
  const verdict = decideRefresh(session, token, "", facts.now, {
    idleMs: context.settings.idleMs,
    newestKeyId: context.secrets.newest.id,
    parentTagOf,
  });
  if (verdict.answer !== "child" && verdict.answer !== "same") return INACTIVE;
  return {
    active: true,
    token_type: "refresh_token",
    iss: context.settings.issuer,
    sub: user.id,
    sid: session.id,
    client_id: session.clientId,
    exp: toSeconds(Math.min(session.idleUntil, session.absoluteUntil)),
    iat: toSeconds(session.createdAt),
    cnf: session.jkt === null ? undefined : { jkt: session.jkt },
  };
}
