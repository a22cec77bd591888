import type { HufuClientError } from "../failure.ts";
import type { PlatformAnswer } from "../runtime/runtime.ts";
import type { Deadline, Waiting } from "../runtime/waiting.ts";
import type { Session } from "../session/session.ts";

/** A call as `CallOptions` describes it. */
export interface AskedCall {
  readonly url: string;
  readonly [option: string]: unknown;
}

/** The parts of the client that a step-up needs. */
export interface StepUpParts {
  readonly session: Session;
  readonly waiting: Waiting;
  readonly issuer: string;
  /** A call of the client, with the user's token. */
  ask(kind: "request", options: AskedCall): Promise<{ readonly data: unknown }>;
}

/**
 * Answers a refusal of a guard with another token of the same session. Made by `stepUp()` of `@hufu/client/step-up`.
 * @param refused the token that was not enough
 * @param deadline of the call: each call has its own
 * @throws the refusal, if it asks for no step-up or for one that this user cannot do; else why the step-up failed
 */
export type StepUp = (
  parts: StepUpParts,
  refusal: HufuClientError,
  answer: PlatformAnswer,
  refused: string,
  deadline: Deadline,
) => Promise<string>;
