import { HufuError } from "../../core/errors/errors.ts";
import { createS3FifoMap, type Used } from "../../core/s3-fifo-map.ts";
import type { AccessClaims } from "../../token/access-token/access-claims.ts";
import type { RevocationList } from "../revocation-list/revocation-list.ts";
import { newestRolePolicy } from "../role-source.ts";
import type { Auth } from "./auth.ts";

/** A token whose signature, issuer and audience are known to be good. What may change is asked again every time. */
export interface VerifiedToken<Claims> extends Used {
  /** The full text: no other text is this token, however much of it is the same. */
  readonly text: string;
  readonly claims: AccessClaims;
  readonly kid: string;
  /** Epoch ms, leeway included. */
  readonly expiresAt: number;
  /** What the caller may do at policy version `pol`; `undefined` until the roles have been resolved. */
  permissions: readonly string[] | undefined;
  pol: number;
  /** What handlers get; `undefined` while it has to be made (anew). */
  auth: Auth<Claims> | undefined;
  /** The same for a bound token. Apart, so that the warm path never hands it out to a Bearer request. */
  boundAuth: Auth<Claims> | undefined;
  /** The list's version at which this token was last found to stand; -1 = never. */
  standsAt: number;
  /** The mark of the token check that verified it. */
  readonly checkedBy: symbol;
}

/** Verified tokens by their full text: the signature once, the rest every time. */
export interface TokenCache<Claims> {
  /**
   * The token, if it is known and stands at this moment; its `auth` is there if it is still right.
   * @throws HufuError `token_expired`, `token_revoked`, `token_stale`
   */
  find(token: string): VerifiedToken<Claims> | undefined;
  add(verified: VerifiedToken<Claims>): void;
  /** @throws HufuError as `find` does */
  assertStands(verified: VerifiedToken<Claims>): void;
  /** Forgets the tokens that this key signed. */
  dropKey(kid: string): void;
  readonly size: number;
}

/**
 * Tokens are looked up by these last characters of their signature, 72 bits that no caller can choose, and then compared in
 * full: to hash the whole text costs several times as much as all the rest of a warm check. So short a piece is a text
 * of its own in V8, which keeps nothing else alive.
 */
const KEY_LENGTH = 12;

/**
 * @param options.capacity the most tokens held
 * @param options.revocations asked whenever it has changed since the token was last found to stand
 */
export function createTokenCache<Claims>(options: {
  readonly capacity: number;
  readonly revocations: RevocationList;
}): TokenCache<Claims> {
  const { revocations } = options;
  const tokens = createS3FifoMap<string, VerifiedToken<Claims>>({
    capacity: options.capacity,
    isOver: ({ expiresAt }) => revocations.now() >= expiresAt,
  });

  function judge(verified: VerifiedToken<Claims>): void {
    const { version } = revocations;
    const verdict = revocations.verdict(verified.claims, verified.kid);
    if (verdict !== undefined) throw new HufuError(verdict.reason, { why: verdict.why });
    if (newestRolePolicy(verified.claims, revocations) > verified.pol) {
      verified.auth = undefined;
      verified.boundAuth = undefined;
    }
    verified.standsAt = version;
  }

  function assertStands(verified: VerifiedToken<Claims>): void {
    if (revocations.now() >= verified.expiresAt) throw new HufuError("token_expired");
    if (verified.standsAt !== revocations.version) judge(verified);
  }

  return Object.freeze({
    find(token: string): VerifiedToken<Claims> | undefined {
      const verified = tokens.get(token.slice(-KEY_LENGTH));
      if (verified === undefined || verified.text !== token) return undefined;
      assertStands(verified);
      return verified;
    },
    add(verified: VerifiedToken<Claims>): void {
      tokens.set(verified.text.slice(-KEY_LENGTH), verified);
    },
    assertStands,
    dropKey(kid: string): void {
      tokens.deleteWhere((verified) => verified.kid === kid);
    },
    get size(): number {
      return tokens.size;
    },
  });
}
