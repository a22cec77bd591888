import assert from "node:assert/strict";
import { newSessionId, newUserId } from "../core/ids.ts";
import { systemRandom } from "../core/random.ts";
import type { Clock } from "../core/time/clock.ts";
import type { ClientClaims, UserClaims } from "../token/access-token/access-claims.ts";
import { signAccessToken } from "../token/access-token/sign-access-token.ts";
import { createSigningKey, type SigningKey } from "../token/keys/signing-key.ts";
import { importVerificationKey } from "../token/keys/verification-key.ts";
import type { KeySource } from "./jwks/key-source.ts";
import { createRevocationList } from "./revocation-list/revocation-list.ts";
import type { RoleSource } from "./role-source.ts";
import type { Auth } from "./token-check/auth.ts";
import { createTokenCheck, type TokenCheck, type TokenCheckOptions } from "./token-check/token-check.ts";

export const ISSUER = "https://api.example.com/auth";
export const AUDIENCE = "https://orders.example.com";
/** Epoch seconds at which these tests begin. */
export const START = 1_790_000_000;

/** A clock that stands still until it is told. */
export interface SetClock extends Clock {
  advance(ms: number): void;
}

export function createSetClock(): SetClock {
  let elapsed = 0;
  return {
    now: () => START * 1000 + elapsed,
    monotonic: () => elapsed,
    advance: (ms) => {
      elapsed += ms;
    },
  };
}

export function userClaims(changes: Partial<UserClaims> = {}): UserClaims {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    iat: START,
    exp: START + 600,
    jti: systemRandom(16).toString("base64url"),
    client_id: "wx-shop",
    sub: newUserId(systemRandom, 0),
    sid: newSessionId(systemRandom, 0),
    roles: ["member"],
    permissions: ["order:create", "order:read:own"],
    ver: 1,
    pol: 1,
    auth_time: START,
    acr: "platform",
    amr: ["swk"],
    ...changes,
  };
}

export function clientClaims(changes: Partial<ClientClaims> = {}): ClientClaims {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    iat: START,
    exp: START + 600,
    jti: systemRandom(16).toString("base64url"),
    client_id: "orders-api",
    sub: "client:orders-api",
    permissions: ["order:read:own", "stock:read"],
    pol: 1,
    ...changes,
  };
}

const keyOne = createSigningKey("ES256");
const keyTwo = createSigningKey("ES256");

export function sign(claims: UserClaims | ClientClaims, key: SigningKey = keyOne): string {
  return signAccessToken(key, claims);
}

/** Keys at hand, and a count of how often each was used and how often others were looked for. */
export function countedKeys(signingKeys: readonly SigningKey[]): KeySource & {
  verified: number;
  sought: number;
  remove(kid: string): void;
} {
  const known = new Map(
    signingKeys.map((key) => {
      const { kid, alg, verify } = importVerificationKey(key.publicJwk);
      const counting = (input: Buffer, signature: Buffer): boolean => {
        source.verified += 1;
        return verify(input, signature);
      };
      return [kid, { kid, alg, verify: counting }];
    }),
  );
  const source = {
    verified: 0,
    sought: 0,
    find: (kid: string) => known.get(kid),
    async seek(kid: string) {
      source.sought += 1;
      return known.get(kid);
    },
    remove: (kid: string) => {
      known.delete(kid);
    },
  };
  return source;
}

/** A token check with everything around it at hand. */
export function createScene<Claims>(options: Partial<TokenCheckOptions> = {}): {
  readonly clock: SetClock;
  readonly keys: ReturnType<typeof countedKeys>;
  readonly revocations: ReturnType<typeof createRevocationList>;
  readonly tokens: TokenCheck<Claims>;
  readonly keyOne: SigningKey;
  readonly keyTwo: SigningKey;
} {
  const clock = createSetClock();
  const keys = countedKeys([keyOne, keyTwo]);
  const revocations = createRevocationList({ clock });
  const permissionsOf: RoleSource = () => {
    throw new Error("this test must not ask for roles");
  };
  const tokens = createTokenCheck<Claims>({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys,
    revocations,
    permissionsOf,
    ...options,
  });
  return { clock, keys, revocations, tokens, keyOne, keyTwo };
}

/** The answer of a check that had nothing to wait for. */
export function atOnce<Claims>(answer: Auth<Claims> | Promise<Auth<Claims>>): Auth<Claims> {
  assert.ok(!(answer instanceof Promise), "this had to be answered at once");
  return answer;
}

/** For entries whose end is no matter. */
export const LATER: number = (START + 3600) * 1000;

/** The other signature that an ES256 signature has: (r, n - s). */
export function twinOf(token: string): string {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const dot = token.lastIndexOf(".");
  const signature = Buffer.from(token.slice(dot + 1), "base64url");
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const twin = Buffer.from((n - s).toString(16).padStart(64, "0"), "hex");
  return `${token.slice(0, dot)}.${Buffer.concat([signature.subarray(0, 32), twin]).toString("base64url")}`;
}
