import { fitsInToken, permissionsJson, permissionsOf } from "../access/role-permissions.ts";
import { toBase64url } from "../core/base64url.ts";
import { HufuError } from "../core/errors/errors.ts";
import { toSeconds } from "../core/time/clock.ts";
import type { SessionFacts, User } from "../store/records.ts";
import type { ClientClaims, UserClaims } from "../token/access-token/access-claims.ts";
import { signAccessToken } from "../token/access-token/sign-access-token.ts";
import { authenticationAt } from "./authentication.ts";
import type { Client } from "./clients.ts";
import type { SessionContext } from "./context.ts";

/** A fleet that signed in together must not refresh together. */
const JITTER_SHARE = 0.05;
const JTI_BYTES = 16;
/** Bytes of permissions for which there is room beside the longest roles and host claims. */
const SURELY_FITS_BYTES = 1536;
/** Bytes for permissions, roles and host claims together. */
const VARIABLE_MOST_BYTES = 4864;

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** Mints the access token of a live session from facts of one moment; that moment is its `iat`. */
export async function mintForSession(context: SessionContext, facts: SessionFacts): Promise<AccessToken> {
  const { settings } = context;
  const { session, user } = facts;
  const policy = context.policy.atLeast(facts.pol);
  const { roles: rolePermissions } = policy instanceof Promise ? await policy : policy;

  const iat = toSeconds(facts.now);
  const authentication = authenticationAt(session, facts.now);
  const exp = Math.min(iat + jitteredLife(context), toSeconds(session.absoluteUntil), authentication.until);
  if (exp <= iat) throw new HufuError("session_expired");

  const permissions = permissionsOf(user.roles, rolePermissions);
  const claims: UserClaims = {
    iss: settings.issuer,
    aud: settings.audience,
    sub: user.id,
    client_id: session.clientId,
    iat,
    exp,
    jti: toBase64url(context.random(JTI_BYTES)),
    sid: session.id,
    uid: user.externalId ?? undefined,
    openid: settings.openidInTokens ? session.openid : undefined,
    roles: user.roles,
    permissions: fitsInToken(permissions) && fitsBeside(permissions, user) ? permissions : undefined,
    ver: user.ver,
    // The database's version, not the snapshot's: a reset between the two must still catch this token.
    pol: facts.pol,
    auth_time: authentication.authTime,
    acr: authentication.acr,
    amr: authentication.amr,
    cnf: session.jkt === null ? undefined : { jkt: session.jkt },
    claims: user.claims ?? undefined,
  };
  return finish(context, claims);
}

/** A token is at most 8 KiB of text; roles and host claims at their limits leave less than 4 KiB for permissions. */
function fitsBeside(permissions: readonly string[], user: User): boolean {
  const bytes = Buffer.byteLength(permissionsJson(permissions));
  if (bytes <= SURELY_FITS_BYTES) return true;
  return bytes + Buffer.byteLength(JSON.stringify([user.roles, user.claims])) <= VARIABLE_MOST_BYTES;
}

/** Mints a back end's own token: its permissions, no session, no refresh token. */
export async function mintForClient(context: SessionContext, client: Client): Promise<AccessToken> {
  const { settings } = context;
  const { pol } = await context.policy.reload();
  const iat = toSeconds(context.clock.now());
  const claims: ClientClaims = {
    iss: settings.issuer,
    aud: settings.audience,
    sub: `client:${client.id}`,
    client_id: client.id,
    iat,
    exp: iat + jitteredLife(context),
    jti: toBase64url(context.random(JTI_BYTES)),
    permissions: client.permissions,
    pol,
  };
  return finish(context, claims);
}

function finish(context: SessionContext, claims: UserClaims | ClientClaims): AccessToken {
  const token = signAccessToken(context.keys.signer(), claims);
  context.minted(token, claims);
  return { token, expiresInSeconds: claims.exp - claims.iat };
}

/** Whole seconds: the configured life less up to 5 %. */
function jitteredLife(context: SessionContext): number {
  const seconds = toSeconds(context.settings.accessMs);
  const most = Math.floor(seconds * JITTER_SHARE);
  return seconds - (context.random(2).readUInt16BE() % (most + 1));
}
