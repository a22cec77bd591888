import { concerning } from "../core/errors/concerning.ts";
import { HufuError } from "../core/errors/errors.ts";
import type { SessionFacts } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { checkSelf } from "./check-input.ts";
import { tokenRefusal } from "./liveness.ts";
import type { Self } from "./self.ts";

/**
 * Session and user as the database has them: what the token said when it was minted is not enough here.
 * @throws HufuError `token_revoked`, `token_expired`, `token_stale`
 */
export async function confirmSelf({ sessions }: Pick<Store, "sessions">, self: Self): Promise<SessionFacts> {
  checkSelf(self);
  const facts = await sessions.findForMint(self.sid);
  if (facts === undefined) throw new HufuError("token_revoked");
  const refusal = tokenRefusal(facts, self.ver, self.pol);
  if (refusal !== undefined) throw concerning(refusal, { userId: facts.user.id, sid: self.sid });
  return facts;
}
