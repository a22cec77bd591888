/**
 * What a user interface has to tell apart.
 *
 * - `offline`: nothing reached the server, or nothing came back
 * - `busy`: the server or the platform asks to come again later
 * - `signed-out`: only the user can sign in again, by `login()`
 * - `banned`: the account, or the platform's user, is shut out
 * - `forbidden`: signed in, and not allowed to do this
 * - `bug`: somebody has to change code or configuration
 */
export type FailureKind = "offline" | "busy" | "signed-out" | "banned" | "forbidden" | "bug";

/** What a failure may carry beside its kind and reason. */
export interface FailureFacts {
  /** For developers, in English; never shows a secret. */
  readonly message?: string;
  readonly statusCode?: number;
  /** Seconds that the server asked to wait. */
  readonly retryAfter?: number;
  /** End of a ban in epoch seconds; absent = for good. */
  readonly bannedUntil?: number;
  /** By which the server's log finds the request. */
  readonly requestId?: string;
  /** What the platform said, such as `request:fail timeout`. */
  readonly errMsg?: string;
  readonly errno?: number;
}

/** Why a call of the client rejects. */
export class HufuClientError extends Error {
  declare readonly kind: FailureKind;
  /** The machine word of docs/protocol.md §3.5 or §5, or one of `CLIENT_REASONS` of `@hufu/client/texts`. */
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
    // One by one would cost a tenth of a kilobyte in every app.
    Object.assign(this, facts, { name: "HufuClientError", kind, reason, message });
  }
}
