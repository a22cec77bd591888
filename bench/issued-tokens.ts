import { newSessionId, newUserId } from "../server/src/core/ids.ts";
import { systemRandom } from "../server/src/core/random.ts";
import type { UserClaims } from "../server/src/token/access-token/access-claims.ts";
import { newTokenId, signAccessToken } from "../server/src/token/access-token/sign-access-token.ts";
import type { Algorithm } from "../server/src/token/keys/algorithms.ts";
import type { PublicJwk } from "../server/src/token/keys/public-jwk.ts";
import { createSigningKey, type SigningKey } from "../server/src/token/keys/signing-key.ts";

export const ISSUER = "https://api.example.com/auth";
export const AUDIENCE = "https://api.example.com";

/** An issuer without a server: a key, and as many members' tokens as are wanted. */
export interface TokenIssuer {
  readonly publicJwk: PublicJwk;
  readonly key: SigningKey;
  issue(): { readonly token: string; readonly claims: UserClaims };
}

export function createTokenIssuer(algorithm: Algorithm): TokenIssuer {
  const key = createSigningKey(algorithm);
  return {
    key,
    publicJwk: key.publicJwk,
    issue() {
      const claims = memberClaims();
      return { token: signAccessToken(key, claims), claims };
    },
  };
}

/** A member with five permissions, as the server mints one. */
function memberClaims(): UserClaims {
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    iat,
    exp: iat + 3600,
    jti: newTokenId(systemRandom),
    client_id: "wx0000000000000001",
    sub: newUserId(systemRandom, 0),
    sid: newSessionId(systemRandom, 0),
    openid: `o${systemRandom(20).toString("base64url")}`,
    roles: ["member"],
    permissions: ["order:read:own", "order:create", "coupon:read:own", "address:write:own", "review:create"],
    ver: 1,
    pol: 1,
    auth_time: iat,
    acr: "platform",
    amr: ["swk"],
  };
}
