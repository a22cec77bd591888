import { HufuError } from "../core/errors/errors.ts";
import { type Logger, silentLogger } from "../core/log/log.ts";
import { type Pause, unheldDelay } from "./pause.ts";
import type { AnyClaims, Auth } from "./token-check/auth.ts";
import type { Scheme } from "./token-check/credentials.ts";
import { createTokenCheck, type TokenCheck, type TokenCheckOptions } from "./token-check/token-check.ts";
import { type GuardProofs, type Verifier, verifierOf } from "./verifier.ts";
import { createWatch } from "./watch.ts";

/** The verifier in the process that mints: it needs no network, and knows a fresh token before a client presents it. */
export interface LocalVerifier<Claims = AnyClaims>
  extends Verifier<Claims>,
    Pick<TokenCheck<Claims>, "remember" | "forgetKey" | "counts"> {}

/** How long a list counts that has not been brought up to date. */
export interface Silence {
  /** Monotonic milliseconds since it was last known to be right. */
  ms(): number;
  /** Beyond so many a token that would pass is refused with 503; what is known to be revoked stays so. */
  readonly most: number;
}

/**
 * Keys, revocations and roles come from the folders beside it; the caller keeps them up to date.
 * @throws TypeError that names the option, if one makes no sense
 */
export function createLocalVerifier<Claims = AnyClaims>(
  options: TokenCheckOptions & {
    readonly pause?: Pause;
    /** Default: silent. */
    readonly log?: Logger;
    readonly silence?: Silence | undefined;
    readonly guardProofs?: GuardProofs;
  },
): LocalVerifier<Claims> {
  const { revocations, silence, pause = unheldDelay, log = silentLogger } = options;
  const tokens = createTokenCheck<Claims>(options);
  const stop = new AbortController();
  const life = {
    watch: createWatch({ tokenOf: tokens.tokenOf, revocations, pause, log, stop: stop.signal }),
    feedAge: () => silence?.ms(),
    ready: async () => undefined,
    health() {
      const silentMs = silence?.ms() ?? 0;
      const ready = silence === undefined || silentMs <= silence.most;
      const revocations = ready ? "ok" : `the database has been silent for ${Math.round(silentMs / 1000)} s`;
      // Keys and clock are those of the server itself, whose readyz has checks of them.
      return { ready, checks: { keys: "ok", revocations, clock: "ok" } };
    },
    close: () => stop.abort(),
  };
  const verifier = verifierOf(
    silence === undefined ? tokens : unlessSilent(tokens, silence),
    life,
    options.guardProofs,
  );
  return Object.freeze({ ...verifier, remember: tokens.remember, forgetKey: tokens.forgetKey, counts: tokens.counts });
}

/** No look at a wall clock: one that is set forward says nothing about the list. */
function unlessSilent<Claims>(
  tokens: Pick<TokenCheck<Claims>, "check">,
  { ms, most }: Silence,
): Pick<TokenCheck<Claims>, "check"> {
  function confirm(auth: Auth<Claims>): Auth<Claims> {
    if (ms() <= most) return auth;
    throw new HufuError("revocations_unknown", { retryAfter: 1, detail: "the database has been silent for too long" });
  }
  return {
    check(token: string, scheme?: Scheme): Auth<Claims> | Promise<Auth<Claims>> {
      const auth = tokens.check(token, scheme);
      return auth instanceof Promise ? auth.then(confirm) : confirm(auth);
    },
  };
}
