import { ownAnswer } from "../proof/answers.ts";
import type { Tries } from "../proof/later-call.ts";
import type { PlatformCall } from "../runtime/runtime.ts";

/** A session whose session_key the platform no longer takes has to be left: only a new sign-in brings another. */
export interface StaleSession {
  /** May it be left? Not twice in a minute: where the next one is stale too, signing in does not help. */
  leave(): boolean;
  /** A call to the token endpoint. To the core a session that is left looks like one that cannot be refreshed. */
  tokenCall(call: PlatformCall): Tries;
}

const ONCE_IN_MS = 60_000;

export function createStaleSession(now: () => number): StaleSession {
  let isLeft = false;
  let leftAt: number | undefined;
  return {
    leave() {
      if (isLeft) return true;
      const age = leftAt === undefined ? ONCE_IN_MS : now() - leftAt;
      // Below zero if the phone's clock was set back.
      if (age >= 0 && age < ONCE_IN_MS) return false;
      leftAt = now();
      isLeft = true;
      return true;
    },
    tokenCall(call) {
      const isRefresh = /(?:^|&)refresh_token=/.test(String(call.data));
      return {
        async before() {
          return isRefresh && isLeft
            ? ownAnswer(400, "refresh_token_invalid", "the platform no longer takes what the last sign-in brought")
            : call;
        },
        async after(answer) {
          if (!isRefresh && answer.statusCode === 200) isLeft = false;
          return answer;
        },
        isPassing: () => false,
      };
    },
  };
}
