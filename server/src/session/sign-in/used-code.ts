import { inNameOf } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { App } from "../../platform/platform.ts";
import type { SessionFacts } from "../../store/records.ts";
import { attemptTag } from "../../token/refresh-token.ts";
import type { SessionContext } from "../context.ts";
import type { EndCause } from "../ending/end-records.ts";
import { endSessions } from "../ending/end-sessions.ts";
import { refreshRefusal } from "../liveness.ts";
import type { TokenAnswer } from "../token-answer.ts";
import { answerSignIn } from "./sign-in-answer.ts";
import { byUser, type SignInInput } from "./sign-in-input.ts";

/** For how long the same code with the same attempt gets the same session, in milliseconds. */
const REPLAY_MS = 60_000;
/** For how long a code that comes with another attempt ends the session made from it. A platform forgets codes by then. */
const REUSE_ENDS_MS = 300_000;
const CODE_REUSED: EndCause = { why: "reused", rule: "login_code" };

/** A code that a session was made from has come again: the lost answer of an honest client, or another holder. */
export async function answerUsedCode(
  context: SessionContext,
  app: App,
  input: SignInInput,
  facts: SessionFacts,
): Promise<TokenAnswer> {
  const { session } = facts;
  // Another client of the same mini program learns nothing and ends nothing (docs/reference/threats.md row 37).
  if (session.clientId !== app.id) throw new HufuError("login_code_used");
  const age = Math.max(facts.now, session.clock) - session.createdAt;
  const sameAttempt =
    input.attemptId !== undefined &&
    session.codeAttempt === attemptTag(session.id, input.attemptId) &&
    // Another key, or none, is another holder.
    session.jkt === (input.jkt ?? null);
  if (!sameAttempt) {
    // RFC 6749 §4.1.2: a code that is presented twice revokes what it gave. An old code in a log must not end a session.
    if (age <= REUSE_ENDS_MS) {
      await endSessions(context, { sid: session.id }, CODE_REUSED, inNameOf("system", byUser(input)));
    }
    throw new HufuError("login_code_used");
  }
  if (age > REPLAY_MS) throw new HufuError("login_code_used");
  const refusal = refreshRefusal(facts);
  if (refusal !== undefined) throw refusal;
  const first = context.secrets.all
    .map(({ id }) => id)
    .map((keyId) =>
      context.refreshTokens.first({ keyId, sessionId: session.id, code: input.code, attempt: input.attemptId ?? "" }),
    )
    // The secret that derived it may have been rotated since, and its child may be in use already.
    .find(({ hash }) => hash === session.currentHash || session.recent.some((token) => token.hash === hash));
  if (first === undefined) throw new HufuError("login_code_used");
  return answerSignIn(context, facts, first.text);
}
