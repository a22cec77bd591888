import { HufuError } from "../../core/errors/errors.ts";
import type { Logger } from "../../core/log/log.ts";
import type { Introspection } from "../issuer/introspection.ts";
import type { Auth } from "../token-check/auth.ts";
import type { Scheme } from "../token-check/credentials.ts";
import type { TokenCheck } from "../token-check/token-check.ts";
import type { Touch } from "./touch.ts";

/** What a verifier does that has been out of touch for too long. */
export type OutOfTouch = "introspect" | "refuse" | "accept";

export interface ConfirmedCheckOptions<Claims> {
  readonly tokens: Pick<TokenCheck<Claims>, "check">;
  readonly touch: Touch;
  /** Milliseconds. */
  readonly maxSilence: number;
  readonly outOfTouch: OutOfTouch;
  readonly introspection: Introspection;
  readonly log: Logger;
}

/**
 * A token check whose "yes" counts only while the list behind it is known to be right; otherwise its owner's choice
 * decides. Its "no" always counts: what was revoked stays so.
 */
export function createConfirmedCheck<Claims>(
  options: ConfirmedCheckOptions<Claims>,
): Pick<TokenCheck<Claims>, "check"> {
  const { tokens, touch, maxSilence, outOfTouch, introspection, log } = options;
  let warnedAt = -1;

  function isInTouch(): boolean {
    const age = touch.age();
    return age !== undefined && age <= maxSilence;
  }

  function decide(auth: Auth<Claims>, token: string, scheme: Scheme): Auth<Claims> | Promise<Auth<Claims>> {
    warnOnce();
    if (outOfTouch === "accept") return auth;
    if (outOfTouch === "introspect") return introspect(auth, token, scheme);
    throw new HufuError("revocations_unknown", { retryAfter: 1, detail: "the revocation feed is silent" });
  }

  async function introspect(auth: Auth<Claims>, token: string, scheme: Scheme): Promise<Auth<Claims>> {
    const active = await introspection.isActive(token, auth.jti);
    if (!active) throw new HufuError("token_revoked", { detail: "introspection says so, and no reason" });
    // The list may have learned something meanwhile.
    return tokens.check(token, scheme);
  }

  /** Once per outage: an outage lasts as long as nothing is confirmed. */
  function warnOnce(): void {
    if (warnedAt === touch.confirmations) return;
    warnedAt = touch.confirmations;
    const fields = { silentMs: touch.age(), outOfTouch };
    if (outOfTouch === "accept") log.error(fields, "out of touch: revoked tokens are accepted until the feed is back");
    else log.warn(fields, "out of touch with the revocation feed");
  }

  function confirm(auth: Auth<Claims>, token: string, scheme: Scheme): Auth<Claims> | Promise<Auth<Claims>> {
    return isInTouch() ? auth : decide(auth, token, scheme);
  }

  return Object.freeze({
    check(token: string, scheme: Scheme = "Bearer"): Auth<Claims> | Promise<Auth<Claims>> {
      const auth = tokens.check(token, scheme);
      return auth instanceof Promise ? auth.then((late) => confirm(late, token, scheme)) : confirm(auth, token, scheme);
    },
  });
}
