import { type Meter, outcomeOf } from "../core/meter/meter.ts";
import type { TokenAnswer } from "./token-answer.ts";

export async function countedSignIn(meter: Meter, signIn: () => Promise<TokenAnswer>): Promise<TokenAnswer> {
  try {
    const answer = await signIn();
    meter.count("hufu_sign_ins_total", { outcome: answer.user?.isNew === true ? "new_user" : "known_user" });
    return answer;
  } catch (error) {
    meter.count("hufu_sign_ins_total", { outcome: outcomeOf(error) });
    throw error;
  }
}

/** Counts why a refresh was refused, and answers the same error. One that succeeds counts its verdict itself. */
export function countedRefusal(meter: Meter, error: unknown): unknown {
  meter.count("hufu_refreshes_total", { verdict: outcomeOf(error) });
  return error;
}
