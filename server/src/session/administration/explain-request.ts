import type { Refusal } from "../../store/refusals.ts";
import type { Store } from "../../store/store.ts";
import type { ListedUser } from "../../store/users.ts";
import { type ExplainedSession, explainSession } from "./explain-session.ts";

/** What is known of one request that was refused. */
export interface ExplainedRequest {
  /** `undefined` where no endpoint of Hufu keeps a refusal of this request. */
  readonly refusal: Refusal | undefined;
  readonly user: ListedUser | undefined;
  /** The session whose token came with it, as it is now. */
  readonly session: ExplainedSession | undefined;
}

const NOTHING: ExplainedRequest = Object.freeze({ refusal: undefined, user: undefined, session: undefined });

/** Why a request was refused, from the `request_id` that its answer named: whose it was, and how the session ended. */
export async function explainRequest(
  { refusals, sessions, directory }: Pick<Store, "refusals" | "sessions" | "directory">,
  requestId: string,
  now: number,
): Promise<ExplainedRequest> {
  const refusal = await refusals.find(requestId);
  if (refusal === undefined) return NOTHING;
  const facts = refusal.sid === null ? undefined : await sessions.findForMint(refusal.sid);
  const id = facts?.user.id ?? refusal.userId;
  const [user] = id === null ? [] : await directory.search({ id }, 1);
  const session = facts === undefined ? undefined : explainSession(facts, facts.user, now);
  return { refusal, user, session };
}
