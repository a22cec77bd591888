import { HufuError } from "../../core/errors/errors.ts";
import { toSeconds } from "../../core/time/clock.ts";
import type { AccessClaims } from "../../token/access-token/access-claims.ts";
import {
  checkAccessClaims,
  checkAccessSignature,
  type ParsedAccessToken,
  parseAccessToken,
} from "../../token/access-token/verify-access-token.ts";
import type { VerificationKey } from "../../token/keys/verification-key.ts";
import type { KeySource } from "../jwks/key-source.ts";
import type { RevocationList } from "../revocation-list/revocation-list.ts";
import { currentPermissions, newestRolePolicy, type RoleSource } from "../role-source.ts";
import { type AnyClaims, type Auth, createAuth, tokenBehind } from "./auth.ts";
import { refuseWrongScheme, type Scheme } from "./credentials.ts";
import { createTokenCache, type VerifiedToken } from "./token-cache.ts";
import { tokenKid } from "./token-kid.ts";

export interface TokenCheckOptions {
  readonly issuer: string;
  /** A token must be meant for (one of) these. */
  readonly audience: string | readonly string[];
  readonly keys: KeySource;
  /** What is no longer true; the time is taken from here too. */
  readonly revocations: RevocationList;
  /** Asked for tokens that name roles only, and for roles that changed since. */
  readonly permissionsOf: RoleSource;
  /** Most tokens kept, about 2.5 KB each. Default 10,000. */
  readonly cacheSize?: number | undefined;
  /** Seconds for which a token counts after its end. Default 0, at most 60. */
  readonly leeway?: number;
  /** Count how many checked tokens were known. Default: no. */
  readonly countChecks?: boolean | undefined;
}

/** How many tokens were checked, how many of them were not known, and how many are known now. */
export interface CheckCounts {
  readonly checks: number;
  readonly misses: number;
  readonly cached: number;
}

/** Says who is calling, by their token. */
export interface TokenCheck<Claims> {
  /**
   * At once where nothing has to be waited for; otherwise a promise. So a refusal is thrown or rejects.
   * @throws HufuError as docs/protocol.md §5 lists, `revocations_unknown` where keys or roles cannot be had
   */
  check(token: string, scheme?: Scheme): Auth<Claims> | Promise<Auth<Claims>>;
  /** Takes in a token that this process has just signed: its signature need not be checked, all else still is. */
  remember(token: string, claims: AccessClaims): void;
  /** The token that this stands for; `undefined` for what this check has not made. */
  tokenOf(auth: Auth<Claims>): VerifiedToken<Claims> | undefined;
  /** Forgets the tokens that this key signed; they are then verified anew, if the key still exists. */
  forgetKey(kid: string): void;
  /** Zero checks unless they are counted. */
  counts(): CheckCounts;
}

/** 24 MiB when it is full. */
const CACHE_SIZE = 10_000;
const MAX_LEEWAY = 60;

/** @throws TypeError that names the option, if one makes no sense */
export function createTokenCheck<Claims = AnyClaims>(options: TokenCheckOptions): TokenCheck<Claims> {
  const {
    issuer,
    audience,
    keys,
    revocations,
    permissionsOf,
    cacheSize = CACHE_SIZE,
    leeway = 0,
    countChecks = false,
  } = options;
  if (issuer === "") throw new TypeError("issuer: it is empty");
  const audiences = typeof audience === "string" ? [audience] : audience;
  if (audiences.length === 0 || audiences.includes("")) throw new TypeError("audience: it is empty");
  if (!(leeway >= 0 && leeway <= MAX_LEEWAY)) throw new TypeError(`leeway: 0 to ${MAX_LEEWAY} seconds`);
  const cache = createTokenCache<Claims>({ capacity: cacheSize, revocations });
  /** Marks the tokens of this check, because another verifier must not watch them. */
  const checkedBy = Symbol("token check");
  // An object, because its numbers are changed in place: counting allocates nothing.
  const counted = { checks: 0, misses: 0 };
  /** Clocks differ by the leeway, and what was authenticated just now must not count as older. */
  const seconds = (): number => toSeconds(revocations.now()) - leeway;

  function assertClaims(claims: AccessClaims): void {
    checkAccessClaims(claims, { issuer, audience, leeway, now: toSeconds(revocations.now()) });
  }

  function verified(text: string, claims: AccessClaims, kid: string): VerifiedToken<Claims> {
    const expiresAt = (claims.exp + leeway) * 1000;
    return {
      text,
      claims,
      kid,
      expiresAt,
      permissions: claims.permissions,
      pol: claims.pol,
      auth: undefined,
      boundAuth: undefined,
      standsAt: -1,
      uses: 0,
      checkedBy,
    };
  }

  function checkUnknown(token: string, scheme: Scheme): Auth<Claims> | Promise<Auth<Claims>> {
    counted.misses += 1;
    const parsed = parseAccessToken(token);
    assertClaims(parsed.claims);
    const key = keys.find(parsed.kid);
    if (key !== undefined) return admit(token, parsed, key, scheme);
    // The issuer lists it no more. A token that names it cannot be valid, no matter which key signed it.
    const why = revocations.whyKeyRevoked(parsed.kid);
    if (why !== undefined) throw new HufuError("token_revoked", { why });
    return keys.seek(parsed.kid).then((found) => admit(token, parsed, found, scheme));
  }

  function admit(
    token: string,
    parsed: ParsedAccessToken,
    key: VerificationKey | undefined,
    scheme: Scheme,
  ): Auth<Claims> | Promise<Auth<Claims>> {
    checkAccessSignature(parsed, key);
    const admitted = verified(token, parsed.claims, parsed.kid);
    // A revoked token is kept too, so that it costs one signature check and not one for every attempt.
    cache.add(admitted);
    cache.assertStands(admitted);
    return settle(admitted, scheme);
  }

  /** The last step: scheme and permissions. */
  function settle(token: VerifiedToken<Claims>, scheme: Scheme): Auth<Claims> | Promise<Auth<Claims>> {
    const { claims, permissions } = token;
    refuseWrongScheme(claims, scheme);
    const kept = token.auth ?? token.boundAuth;
    if (kept !== undefined) return kept;
    const newest = newestRolePolicy(claims, revocations);
    if (permissions !== undefined && newest <= token.pol) {
      const auth = createAuth<Claims>(claims, permissions, seconds, token);
      if (claims.cnf === undefined) token.auth = auth;
      else token.boundAuth = auth;
      return auth;
    }
    const pol = Math.max(claims.pol, newest);
    const current = currentPermissions(claims, revocations, permissionsOf);
    if (!(current instanceof Promise)) {
      adopt(token, current, pol);
      return settle(token, scheme);
    }
    return current.then((resolved) => {
      adopt(token, resolved, pol);
      cache.assertStands(token);
      return settle(token, scheme);
    });
  }

  function check(token: string, scheme: Scheme = "Bearer"): Auth<Claims> | Promise<Auth<Claims>> {
    const known = cache.find(token);
    if (known === undefined) return checkUnknown(token, scheme);
    // Only tokens that may come as Bearer ever get an `auth`.
    return known.auth !== undefined && scheme === "Bearer" ? known.auth : settle(known, scheme);
  }

  return Object.freeze({
    check: countChecks
      ? (token: string, scheme?: Scheme): Auth<Claims> | Promise<Auth<Claims>> => {
          counted.checks += 1;
          return check(token, scheme);
        }
      : check,
    remember(token: string, claims: AccessClaims): void {
      const kid = tokenKid(token);
      if (kid === undefined || !isMeantForUs(claims, issuer, audiences)) return;
      cache.add(verified(token, claims, kid));
    },
    tokenOf(auth: Auth<Claims>): VerifiedToken<Claims> | undefined {
      // No WeakMap: an entry for each token would cost the garbage collector 2 µs a token.
      const token = tokenBehind(auth) as VerifiedToken<Claims> | undefined;
      return token?.checkedBy === checkedBy ? token : undefined;
    },
    forgetKey: cache.dropKey,
    counts: () => ({ ...counted, cached: cache.size }),
  });
}

/** An answer that comes late must not replace one by a newer policy. */
function adopt<Claims>(token: VerifiedToken<Claims>, permissions: readonly string[], pol: number): void {
  if (token.permissions !== undefined && pol <= token.pol) return;
  token.permissions = permissions;
  token.pol = pol;
  token.auth = undefined;
  token.boundAuth = undefined;
}

/** A process may sign tokens for other audiences too; this verifier does not remember those. */
function isMeantForUs(claims: AccessClaims, issuer: string, audiences: readonly string[]): boolean {
  const meantFor = typeof claims.aud === "string" ? [claims.aud] : claims.aud;
  return claims.iss === issuer && meantFor.some((aud) => audiences.includes(aud));
}
