import { type Clock, systemClock } from "../core/clock.ts";
import { type Duration, parseDuration } from "../core/duration.ts";
import { HufuError } from "../core/errors.ts";
import { checkIssuer } from "../core/issuer.ts";
import { type Logger, silentLogger } from "../core/log.ts";
import type { AnyClaims } from "./auth.ts";
import { createJwksSource } from "./jwks-source.ts";
import { createRevocationList } from "./revocation-list.ts";
import { createTokenCheck } from "./token-check.ts";
import { type Verifier, verifierOf } from "./verifier.ts";

export interface VerifierOptions {
  /** The URL of the Hufu server, exactly as its tokens name it. https, or http on a loopback address. */
  readonly issuer: string;
  /** What this back end is called in tokens; one of these must be in a token's `aud`. */
  readonly audience: string | readonly string[];
  /**
   * This verifier does not follow the revocation feed: what is signed out, kicked or banned passes until the token
   * expires, ten minutes by default. There is no other way yet, so it has to be said.
   */
  readonly dangerouslyAcceptRevokedTokensUntilTheyExpire: true;
  /** Most verified tokens kept. Default 10,000. */
  readonly cacheSize?: number;
  /** For how long a token counts after its end, because clocks differ. Default `5s`, at most `60s`. */
  readonly leeway?: Duration;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** Default: nothing is logged. */
  readonly log?: Logger;
}

const LEEWAY = "5s";

/**
 * A verifier for a back end outside the server's process. It fetches the issuer's keys when it first needs them;
 * `ready()` does so beforehand.
 *
 * @example
 * const verifier = createVerifier({
 *   issuer: "https://api.example.com/auth",
 *   audience: "https://orders.example.com",
 *   dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
 * });
 * const auth = await verifier.check(request.headers.authorization);
 * @throws TypeError for options that make no sense
 */
export function createVerifier<Claims = AnyClaims>(options: VerifierOptions): Verifier<Claims> {
  const { audience, clock = systemClock, fetch = globalThis.fetch, log = silentLogger } = options;
  const issuer = checkIssuer(options.issuer);
  if (options.dangerouslyAcceptRevokedTokensUntilTheyExpire !== true) {
    throw new TypeError(
      "createVerifier cannot follow the revocation feed yet: it would let revoked tokens through until they expire. " +
        "Say so with dangerouslyAcceptRevokedTokensUntilTheyExpire: true, or guard in the server's own process",
    );
  }
  log.warn({ issuer }, "this verifier accepts revoked tokens until they expire");
  const keys = createJwksSource({ issuer, fetch, clock, log, onGone: (kid) => tokens.forgetKey(kid) });
  const tokens = createTokenCheck<Claims>({
    issuer,
    audience,
    keys,
    revocations: createRevocationList({ clock }),
    permissionsOf: () => {
      throw new HufuError("revocations_unknown", {
        retryAfter: 60,
        detail: "the token names roles only, and this verifier has no table of roles",
      });
    },
    leeway: parseDuration(options.leeway ?? LEEWAY, "leeway") / 1000,
    ...(options.cacheSize === undefined ? {} : { cacheSize: options.cacheSize }),
  });
  return verifierOf(tokens, keys);
}
