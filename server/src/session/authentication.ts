import { toSeconds } from "../core/time/clock.ts";
import type { Session } from "../store/records.ts";

/** For so long a stronger authentication counts, in seconds (docs/protocol.md §8). */
const HIGHER_SECONDS = 600;

/** What a token says about its user's authentication; times in epoch seconds. */
export interface ShownAuthentication {
  readonly acr: string;
  readonly amr: readonly string[];
  readonly authTime: number;
  /** The token must not live longer. */
  readonly until: number;
}

/** The strongest authentication of a session that counts at this moment, with its own time. */
export function authenticationAt(
  session: Pick<Session, "acr" | "amr" | "authTime" | "higher">,
  now: number,
): ShownAuthentication {
  const { higher } = session;
  if (higher !== null) {
    const authTime = toSeconds(higher.at);
    const until = authTime + HIGHER_SECONDS;
    if (toSeconds(now) < until) return { acr: higher.acr, amr: higher.amr, authTime, until };
  }
  const { acr, amr, authTime } = session;
  return { acr, amr, authTime: toSeconds(authTime), until: Number.POSITIVE_INFINITY };
}
