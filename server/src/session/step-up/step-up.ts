import { type Caller, USER } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Session, SessionFacts } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { mintForSession } from "../mint.ts";
import { withHostRoles } from "../refresh/host-roles.ts";
import type { Self } from "../self.ts";
import { answerForSession, type TokenAnswer } from "../token-answer.ts";
import { type BiometricProof, type Confirmed, confirmBiometrics } from "./biometrics.ts";
import { CHALLENGE_MS, makeChallenge } from "./challenges.ts";
import { exchangeOwnCode } from "./own-code.ts";

/** How a user authenticates again (docs/protocol.md §8). */
export type StepUpProof =
  | {
      readonly factor: "platform";
      /** A fresh login code of the same user. */
      readonly code: string;
    }
  | BiometricProof;

/** A step-up, its parameters checked for shape. */
export type StepUpInput = StepUpProof & {
  /** Default: the user, outside of any request. */
  readonly caller?: Caller | undefined;
};

/** What the phone's hardware shall sign. */
export interface StepUpChallenge {
  readonly challenge: string;
  /** Whole seconds. */
  readonly expiresIn: number;
}

/** Reads the session anew and throws if it is over. */
export type Confirm = (self: Self) => Promise<SessionFacts>;

/** A refresh may change the row at the same moment. */
const TRIES_MOST = 16;
const PAUSE_MOST_MS = 8;

/**
 * Authenticates the user of a session again, and gives an access token of the same session that says so. The session's
 * refresh token and its ends stay as they are.
 * @throws HufuError `identity_mismatch` if it was another user; otherwise as docs/protocol.md §3.5, §5 and §8 list
 */
export async function stepUp(
  context: SessionContext,
  confirm: Confirm,
  self: Self,
  input: StepUpInput,
): Promise<TokenAnswer> {
  const { session } = await confirm(self);
  await context.limits.stepUp(session.id);
  const read = (): Promise<SessionFacts> => confirm(self);
  if (input.factor === "platform") {
    await exchangeOwnCode(context, session, input.code, input.caller ?? USER);
    const facts = await note(context, read, input, undefined);
    // This token says what was authenticated now, also while a stronger one of earlier counts.
    return answer(context, { ...facts, session: { ...facts.session, higher: null } });
  }
  const confirmed = await confirmBiometrics(context, session, input, input.caller);
  return answer(context, await note(context, read, input, confirmed));
}

/** A challenge for the user of this session, to be confirmed once. */
export async function challengeStepUp(
  context: SessionContext,
  confirm: Confirm,
  self: Self,
  operation: string,
): Promise<StepUpChallenge> {
  const { session } = await confirm(self);
  await context.limits.stepUp(session.id);
  return {
    challenge: await makeChallenge(context, { sid: session.id, operation }),
    expiresIn: CHALLENGE_MS / 1000,
  };
}

async function answer(context: SessionContext, facts: SessionFacts): Promise<TokenAnswer> {
  return answerForSession(facts, await mintForSession(context, facts), undefined, false);
}

/** Writes the new time into the session's row, by compare-and-set. */
async function note(
  context: SessionContext,
  read: () => Promise<SessionFacts>,
  { factor, caller = USER }: StepUpInput,
  confirmed: Confirmed | undefined,
): Promise<SessionFacts> {
  for (let tries = 1; tries <= TRIES_MOST; tries += 1) {
    const facts = await withHostRoles(context, await read());
    const session = authenticatedAgain(facts, confirmed);
    const { userId, id: sid, app } = session;
    const detail = confirmed === undefined ? { factor } : { factor, operation: confirmed.operation };
    const audit = [auditRecord(caller, { action: "session.step_up", userId, sid, app, detail })];
    if (await context.store.sessions.compareAndSet(session, { audit })) return { ...facts, session };
    await context.pause(Math.ceil((context.random(1).readUInt8() / 256) * Math.min(tries, PAUSE_MOST_MS)));
  }
  throw new HufuError("store_unavailable", { retryAfter: 1, detail: "a step-up lost every compare-and-set" });
}

/** Each acr has a time of its own: biometrics leave the silent one, and the other way round. */
function authenticatedAgain({ session, now }: SessionFacts, confirmed: Confirmed | undefined): Session {
  const at = Math.max(now, session.clock);
  const next = { ...session, version: session.version + 1, lastUsedAt: at, clock: at };
  if (confirmed === undefined) return { ...next, authTime: at };
  return { ...next, higher: { acr: "soter", amr: confirmed.amr, at } };
}
