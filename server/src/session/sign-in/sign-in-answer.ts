import type { SessionFacts } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { mintForSession } from "../mint.ts";
import { withHostRoles } from "../refresh/host-roles.ts";
import { answerForSession, type TokenAnswer } from "../token-answer.ts";

/** The tokens of a session that a login code made. */
export async function answerSignIn(
  context: SessionContext,
  facts: SessionFacts,
  refreshToken: string,
): Promise<TokenAnswer> {
  const current = await withHostRoles(context, facts);
  const access = await mintForSession(context, current);
  const { mode, madeUser } = current.session;
  return answerForSession(current, access, mode === "dual" ? refreshToken : undefined, madeUser);
}
