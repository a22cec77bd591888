import { type Caller, USER } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Session, SessionFacts } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { mintForSession } from "../mint.ts";
import { withHostRoles } from "../refresh/host-roles.ts";
import type { Self } from "../self.ts";
import { answerForSession, type TokenAnswer } from "../token-answer.ts";
import { exchangeOwnCode } from "./own-code.ts";

/** How a user authenticates again (docs/protocol.md §8). */
export type StepUpProof = {
  readonly factor: "platform";
  /** A fresh login code of the same user. */
  readonly code: string;
};

/** A step-up, its parameters checked for shape. */
export type StepUpInput = StepUpProof & {
  /** Default: the user, outside of any request. */
  readonly caller?: Caller | undefined;
};

/** Reads the session anew and throws if it is over. */
export type Confirm = (self: Self) => Promise<SessionFacts>;

/** A refresh may change the row at the same moment. */
const TRIES_MOST = 16;
const PAUSE_MOST_MS = 8;

/**
 * Authenticates the user of a session again, and gives an access token of the same session that says so. The session's
 * refresh token and its ends stay as they are.
 * @throws HufuError `identity_mismatch` if it was somebody else; else as docs/protocol.md §3.5 and §5 list
 */
export async function stepUp(
  context: SessionContext,
  confirm: Confirm,
  self: Self,
  input: StepUpInput,
): Promise<TokenAnswer> {
  const { session } = await confirm(self);
  await context.limits.stepUp(session.id);
  await exchangeOwnCode(context, session, input.code, input.caller ?? USER);
  const facts = await note(context, () => confirm(self), input);
  return answerForSession(facts, await mintForSession(context, facts), undefined, false);
}

/** Writes the new time into the session's row, by compare-and-set. */
async function note(
  context: SessionContext,
  read: () => Promise<SessionFacts>,
  { factor, caller = USER }: StepUpInput,
): Promise<SessionFacts> {
  for (let tries = 1; tries <= TRIES_MOST; tries += 1) {
    const facts = await withHostRoles(context, await read());
    const session = authenticatedAgain(facts);
    const { userId, id: sid, app } = session;
    const audit = [auditRecord(caller, { action: "session.step_up", userId, sid, app, detail: { factor } })];
    if (await context.store.sessions.compareAndSet(session, { audit })) return { ...facts, session };
    await context.pause(Math.ceil((context.random(1).readUInt8() / 256) * Math.min(tries, PAUSE_MOST_MS)));
  }
  throw new HufuError("store_unavailable", { retryAfter: 1, detail: "a step-up lost every compare-and-set" });
}

function authenticatedAgain({ session, now }: SessionFacts): Session {
  const at = Math.max(now, session.clock);
  return { ...session, version: session.version + 1, authTime: at, lastUsedAt: at, clock: at };
}
