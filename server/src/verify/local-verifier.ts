import type { AnyClaims } from "./auth.ts";
import { createTokenCheck, type TokenCheck, type TokenCheckOptions } from "./token-check.ts";
import { type Verifier, verifierOf } from "./verifier.ts";

/** The verifier in the process that mints: it needs no network, and knows a fresh token before anybody presents it. */
export interface LocalVerifier<Claims = AnyClaims>
  extends Verifier<Claims>,
    Pick<TokenCheck<Claims>, "remember" | "forgetKey"> {}

/**
 * Keys, revocations and roles come from the rooms beside it; whoever makes it keeps them up to date.
 * @throws TypeError that names the option, if one makes no sense
 */
export function createLocalVerifier<Claims = AnyClaims>(options: TokenCheckOptions): LocalVerifier<Claims> {
  const tokens = createTokenCheck<Claims>(options);
  const verifier = verifierOf(tokens, { ready: async () => undefined, close: () => undefined });
  return Object.freeze({ ...verifier, remember: tokens.remember, forgetKey: tokens.forgetKey });
}
