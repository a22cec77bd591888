import type { SessionId, UserId } from "../../core/ids.ts";

/** What every access token says (docs/protocol.md §4). Times are whole epoch seconds. */
interface CommonClaims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly roles?: readonly string[] | undefined;
  /** Absent when the list would pass 4 KiB: then the verifier resolves the roles. */
  readonly permissions?: readonly string[] | undefined;
  readonly pol: number;
  readonly cnf?: { readonly jkt: string } | undefined;
}

/** A token of a signed-in user. */
export interface UserClaims extends CommonClaims {
  readonly sub: UserId;
  readonly sid: SessionId;
  readonly uid?: string | undefined;
  readonly openid?: string | undefined;
  readonly ver: number;
  readonly auth_time: number;
  readonly acr: string;
  readonly amr: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** A token of a back end: `sub` is `client:` + its id, so that it never equals a user's. */
export interface ClientClaims extends CommonClaims {
  readonly sub: `client:${string}`;
}

export type AccessClaims = UserClaims | ClientClaims;

/** Users' subjects begin with `u_`, back ends' with `client:`. */
export function isUserClaims(claims: AccessClaims): claims is UserClaims {
  return claims.sub.startsWith("u_");
}
