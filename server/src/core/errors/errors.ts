import type { StepUpNeed } from "../step-up.ts";
import type { Reason } from "./reasons.ts";
import { statusOf } from "./status-of.ts";

/** What a refusal may carry beside its reason. */
export interface RefusalFacts {
  /** Sent as `why`: the word for what ended the session, the user's tokens or the key. */
  readonly why?: string;
  /** Whole seconds for `Retry-After`. */
  readonly retryAfter?: number | undefined;
  /** The permission that was missing, for `insufficient_scope`. */
  readonly scope?: string;
  /** End of a ban in epoch seconds; absent = for good. */
  readonly bannedUntil?: number;
  /** No honest caller sends such a request: it counts against the limits by address. */
  readonly isForged?: boolean;
  /** Name of the parameter that is meant, from our own lists; sent in the description. */
  readonly parameter?: string;
  /** What the challenge of `step_up_required` asks for. */
  readonly stepUp?: StepUpNeed;
  /** The credential was bound to a key, so a challenge names its scheme. */
  readonly isBound?: boolean;
  /** For the `DPoP-Nonce` or `Hufu-Mac-Nonce` header: the nonce that the next proof or MAC must carry. */
  readonly nonce?: string;
  /** For the log alone: never sent, must not hold a secret. */
  readonly detail?: string | undefined;
  /** What was caught, for the log alone. */
  readonly cause?: unknown;
}

/**
 * A refusal: something that the caller may be told, by its `reason`.
 * A programmer's mistake is a `TypeError`, never this.
 */
export class HufuError extends Error {
  override readonly name = "HufuError";
  readonly reason: Reason;
  /** The HTTP status with which a guard or handler refuses so: Express, Koa and Fastify answer with it. */
  readonly status: number;
  readonly why: string | undefined;
  readonly retryAfter: number | undefined;
  readonly scope: string | undefined;
  readonly bannedUntil: number | undefined;
  readonly parameter: string | undefined;
  readonly isForged: boolean;
  readonly nonce: string | undefined;
  readonly stepUp: StepUpNeed | undefined;
  readonly isBound: boolean;
  /** For the log alone. */
  readonly detail: string | undefined;

  constructor(reason: Reason, facts: RefusalFacts = {}) {
    super(facts.why === undefined ? reason : `${reason} (${facts.why})`, { cause: facts.cause });
    this.reason = reason;
    this.why = facts.why;
    this.retryAfter = facts.retryAfter;
    this.scope = facts.scope;
    this.bannedUntil = facts.bannedUntil;
    this.parameter = facts.parameter;
    this.isForged = facts.isForged ?? false;
    this.nonce = facts.nonce;
    this.stepUp = facts.stepUp;
    this.isBound = facts.isBound ?? false;
    this.detail = facts.detail;
    this.status = statusOf(reason);
  }
}
