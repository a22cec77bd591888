import { concerning } from "../../core/errors/concerning.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { isUserClaims } from "../../token/access-token/access-claims.ts";
import { parseAccessToken } from "../../token/access-token/verify-access-token.ts";
import type { Checker } from "./signed-in-user.ts";

/** Refusals after the signature check: a forged token must not be recorded under a user's name. */
const AFTER_SIGNATURE = new Set(["token_revoked", "token_stale"]);

/**
 * The verifier as our own endpoints ask it. A proof names the address below the issuer, even if a proxy rewrote the
 * path. A refusal says whose token it was.
 * @param path where requests arrive, if a proxy changes it
 */
export function ownChecker(
  { issuer, verifier }: { readonly issuer: string; readonly verifier: Checker },
  path: string,
): Checker {
  return {
    async check(authorization, presented) {
      const withUri =
        presented &&
        (() => {
          const found = presented();
          return { ...found, uri: `${issuer}${found.target.slice(path.length)}` };
        });
      try {
        return await verifier.check(authorization, withUri);
      } catch (error) {
        throw named(error, authorization);
      }
    },
  };
}

function named(error: unknown, authorization = ""): unknown {
  const isGenuine = error instanceof HufuError && AFTER_SIGNATURE.has(error.reason) && error.why !== "key_compromised";
  if (!isGenuine) return error;
  const { claims } = parseAccessToken(authorization.slice(authorization.indexOf(" ") + 1));
  return isUserClaims(claims) ? concerning(error, { userId: claims.sub, sid: claims.sid }) : error;
}
