import type { AuditStore } from "./audit.ts";
import type { DeliveryStore } from "./deliveries.ts";
import type { DirectoryStore } from "./directory.ts";
import type { Hints } from "./hints.ts";
import type { SweptHotStore } from "./hot.ts";
import type { IdentityMoveStore } from "./identity-moves.ts";
import type { ImportStore } from "./import.ts";
import type { SigningKeyStore } from "./keys.ts";
import type { PhoneStore } from "./phones.ts";
import type { PolicyStore } from "./policy.ts";
import type { PurgeStore } from "./purge.ts";
import type { RevocationEntry } from "./records.ts";
import type { RefusalStore } from "./refusals.ts";
import type { RevocationStore } from "./revocations.ts";
import type { Accompaniment, SessionStore } from "./sessions.ts";
import type { TicketStore } from "./tickets.ts";
import type { UserStore } from "./users.ts";
import type { WebhookStore } from "./webhooks.ts";

/** Everything durable, opened together because it shares transactions. */
export interface Store {
  readonly sessions: SessionStore;
  readonly users: UserStore;
  readonly phones: PhoneStore;
  readonly policy: PolicyStore;
  readonly keys: SigningKeyStore;
  readonly revocations: RevocationStore;
  readonly audit: AuditStore;
  readonly deliveries: DeliveryStore;
  readonly webhooks: WebhookStore;
  readonly tickets: TicketStore;
  /** What administrators look for. */
  readonly directory: DirectoryStore;
  readonly refusals: RefusalStore;
  readonly identityMoves: IdentityMoveStore;
  /** Takes users over from another system. */
  readonly import: ImportStore;
  /** Deletes what has been over for long enough. */
  readonly purge: PurgeStore;
  /** Short-lived facts in the same database, for nodes that share it and nothing faster. */
  readonly hot: SweptHotStore;
  /** How nodes on this database tell each other at once of news, where the database can. */
  readonly hints?: Hints | undefined;
  /**
   * Milliseconds for which an outbox entry concerns a token: the longest access life that any configuration of this
   * database has had, leeway and stalls included. It only grows: a shorter life today shortens no token of yesterday.
   */
  readonly entryLifeMs: number;
  /**
   * After a backup was restored: in one transaction raises the epoch and the policy version above every one that the
   * database can have given out since that backup, resets everybody at that version unless `keepSessions`, and takes out
   * the signing keys of these kids.
   */
  recover(how: RecoveryPlan, accompaniment?: Pick<Accompaniment, "audit">): Promise<Recovery>;
  /** Does the database take writes? */
  readonly writes: WriteHealth;
  /** How much of the connections is in use; absent where there is no pool. */
  readonly poolUse?: (() => PoolUse) | undefined;
  /** How refreshes go together; absent where each is asked alone. */
  readonly refreshUse?: (() => RefreshUse) | undefined;
  /** Resolves if the database answers, else rejects. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Connections to a database server at this moment. */
export interface PoolUse {
  readonly inUse: number;
  /** Statements that wait for a connection. */
  readonly waitedFor: number;
  /** Connections that may be open; `undefined` where the pool does not say. */
  readonly most: number | undefined;
  /** Units of work that were run again since the start, because another one came first. */
  readonly lostRaces: number;
}

/** How readings and changes of refreshes ask the database together. */
export interface RefreshUse {
  readonly readings: BatchUse;
  readonly changes: BatchUse;
}

export interface BatchUse {
  /** Batches since the start; one that was sent alone counts as one. */
  readonly sent: number;
  /** Sessions in these. */
  readonly asked: number;
  /** Calls that wait to be sent. */
  readonly waiting: number;
}

/** What is known of writing, without asking. */
export interface WriteHealth {
  /** Did the last write fail because of the database, as on a full disk? Stays so until some probes in a row succeed. */
  readonly areFailing: () => boolean;
  /** While writes are failing, writes a row of no meaning. Rejects as the database does, to this or to a write since the last probe. */
  probe(): Promise<void>;
}

/** What a recovery ends beside the numbers of before. */
export interface RecoveryPlan {
  readonly keepSessions: boolean;
  /** Default: none. */
  readonly revokeKeys?: readonly string[];
}

/** Where a recovery has put the deployment. */
export interface Recovery {
  readonly epoch: number;
  readonly pol: number;
  readonly entries: readonly RevocationEntry[];
}

/** Thrown (as `cause` of `store_unavailable`) when a commit's outcome is not known: it may have happened. */
export class CommitUnknownError extends Error {
  override readonly name = "CommitUnknownError";
}
