import type { AnyClaims } from "./auth.ts";
import { type Pause, unheldDelay } from "./pause.ts";
import { createTokenCheck, type TokenCheck, type TokenCheckOptions } from "./token-check.ts";
import { type Verifier, verifierOf } from "./verifier.ts";
import { createWatch } from "./watch.ts";

/** The verifier in the process that mints: it needs no network, and knows a fresh token before anybody presents it. */
export interface LocalVerifier<Claims = AnyClaims>
  extends Verifier<Claims>,
    Pick<TokenCheck<Claims>, "remember" | "forgetKey"> {}

/**
 * Keys, revocations and roles come from the rooms beside it; whoever makes it keeps them up to date.
 * @throws TypeError that names the option, if one makes no sense
 */
export function createLocalVerifier<Claims = AnyClaims>(
  options: TokenCheckOptions & { readonly pause?: Pause },
): LocalVerifier<Claims> {
  const { revocations, pause = unheldDelay } = options;
  const tokens = createTokenCheck<Claims>(options);
  const stop = new AbortController();
  const verifier = verifierOf(tokens, {
    watch: createWatch({ tokenOf: tokens.tokenOf, revocations, pause, stop: stop.signal }),
    feedAge: () => undefined,
    ready: async () => undefined,
    close: () => stop.abort(),
  });
  return Object.freeze({ ...verifier, remember: tokens.remember, forgetKey: tokens.forgetKey });
}
