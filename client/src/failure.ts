/**
 * The kinds of failure that a user interface shows differently.
 *
 * - `offline`: the server was not reached, its answer did not arrive, or the app ended the call (`aborted`)
 * - `busy`: the server or the platform asks to come again later
 * - `signed-out`: only the user can sign in again, by `login()`
 * - `banned`: the account is banned, here or by the platform
 * - `forbidden`: signed in, and not allowed to do this
 * - `bug`: a developer has to change code or configuration
 */
export type FailureKind = "offline" | "busy" | "signed-out" | "banned" | "forbidden" | "bug";

/** The details of a failure beside its kind and reason. */
export interface FailureFacts {
  /** For developers, in English; never contains a secret. */
  readonly message?: string;
  readonly statusCode?: number;
  /** Seconds that the server asked to wait. */
  readonly retryAfter?: number;
  /** End of a ban in epoch seconds; absent = for good. */
  readonly bannedUntil?: number;
  /** Finds the request in the server's log. */
  readonly requestId?: string;
  /** The platform's message, such as `request:fail timeout`. */
  readonly errMsg?: string;
  readonly errno?: number;
}

/** Why a call of the client rejects. */
export class HufuClientError extends Error {
  declare readonly kind: FailureKind;
  /** A `reason` of docs/protocol.md §3.5 or §5, or one of `CLIENT_REASONS` in `@hufu/client/texts`. */
  declare readonly reason: string;
  declare readonly statusCode: number | undefined;
  /** Seconds that the server asked to wait. */
  declare readonly retryAfter: number | undefined;
  /** End of a ban in epoch seconds; absent = for good. */
  declare readonly bannedUntil: number | undefined;
  declare readonly requestId: string | undefined;
  declare readonly errMsg: string | undefined;
  declare readonly errno: number | undefined;

  constructor(kind: FailureKind, reason: string, facts: FailureFacts = {}) {
    const message = `${kind}: ${reason}${facts.message ? `: ${facts.message}` : ""}`;
    super(message);
    // Assigning them one by one would add 100 bytes to every app.
    Object.assign(this, facts, { name: "HufuClientError", kind, reason, message });
  }
}
