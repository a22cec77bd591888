import type { EndRule, EndWhy } from "../core/errors/reasons.ts";
import type { SessionId, UserId } from "../core/ids.ts";
import type {
  AuditRecord,
  Ban,
  Delivery,
  HostClaims,
  IdentityKey,
  RevocationEntry,
  Session,
  SessionFacts,
  SessionOutline,
  User,
} from "./records.ts";

/** What accompanies a change and is written in the same transaction. */
export interface Accompaniment {
  readonly audit?: readonly AuditRecord[];
  readonly deliveries?: readonly Delivery[];
}

/** An identity that a platform has just confirmed, and what to make of it if it is new. */
export interface SignInRequest {
  readonly identity: IdentityKey;
  /** Hashes of the identity and unionid, under every secret in use: was an account of theirs closed while banned? */
  readonly banHashes: readonly string[];
  /** The app's `client_id`, kept with the identity so that the app can be found again for it. */
  readonly clientId: string;
  /** The platform's cross-app id and the union scope inside which it means something. */
  readonly union: { readonly scope: string; readonly id: string } | null;
  /** Sealed session_key and when it was exchanged; an older one never replaces a newer one. */
  readonly sessionKey: { readonly sealed: string; readonly exchangedAt: number } | null;
  /** What the host said about this identity, when it was asked. */
  readonly host: {
    /** The user's `ver` before the host was asked; `null` if the identity was new. An answer for an older one is late. */
    readonly askedAtVer: number | null;
    /** Do its roles count for a user that exists already? Elsewhere they are a proposal for a new one. */
    readonly rolesBind: boolean;
    readonly externalId: string | null;
    readonly roles: readonly string[] | null;
    readonly claims: HostClaims | null;
  } | null;
  /** For a user that does not exist yet. */
  readonly newUser: { readonly id: UserId; readonly roles: readonly string[] };
  /** Which of the user's active sessions the plan needs to see. No sign-in reads all of them. */
  readonly candidates: {
    /** All sessions of this device in this app, ten at most. */
    readonly deviceId: string | null;
    /** The newest of each type of device, in all apps; 0 = none. */
    readonly newestPerType: number;
    /** The oldest of this identity; more of them if it has `ceiling` sessions or more beside those of this device. */
    readonly ofIdentity: { readonly oldest: number; readonly ceiling: number; readonly oldestAtCeiling: number };
  };
}

/** What the plan may look at: all of it read under the user's lock. */
export interface SignInFacts {
  readonly user: User;
  readonly madeUser: boolean;
  /** Of a new identity: the ban that its earlier account had when it was closed. It may be over. */
  readonly keptBan: Ban | null;
  /**
   * The active sessions that the request names as candidates, oldest first. Those that have expired or were reset, and
   * are not yet recorded as ended, are among them.
   */
  readonly candidates: readonly SessionOutline[];
  /** The highest policy version at which this `client_id`, or everybody, was reset; 0 if never. */
  readonly resetPolOf: (clientId: string) => number;
  readonly pol: number;
  readonly now: number;
  /** Set when the unionid or the host's id pointed to another user than the identity's own; left unlinked. */
  readonly conflict: "union" | "external_id" | null;
  /** The other user of the conflict; `null` if the id belongs to no user, or there is no conflict. */
  readonly conflictWith: UserId | null;
}

/** What a sign-in changes. */
export interface SignInPlan extends Accompaniment {
  readonly insert: Session;
  readonly end: readonly PlannedEnd[];
}

/** An end that a sign-in plans. */
export interface PlannedEnd {
  /** One of the candidates. */
  readonly id: SessionId;
  readonly why: EndWhy;
  readonly by: string;
  readonly rule: EndRule;
  /** Written if this sign-in is what ends the session: something else may end it at the same moment. */
  readonly accompaniment: Accompaniment;
}

/** The answer of every change that ends something. */
export interface EndResult {
  /** The sessions that this call ended; those that had ended before are not among them. */
  readonly ended: readonly Session[];
  readonly entries: readonly RevocationEntry[];
}

/** Which sessions to end. */
export type EndTarget =
  | { readonly sid: SessionId; readonly ofUser?: UserId }
  | { readonly userId: UserId; readonly except?: SessionId };

/** Sessions. Every method is one atomic fact; after a promise resolved, what it says survives `kill -9`. */
export interface SessionStore {
  /**
   * Finds or makes the identity's user, locks it, asks `plan` (pure, synchronous; it may throw and then nothing at all
   * has changed) and carries the plan out, all in one transaction.
   *
   * Concurrency: two first sign-ins of one identity give one user; so do two of sibling apps with one unionid in one
   * scope, and two with one external id. Sign-ins of one user happen one after the other. An identity never changes
   * its user. A second session with the same `codeHash` is refused with `CodeTakenError`.
   */
  signIn(
    request: SignInRequest,
    plan: (facts: SignInFacts) => SignInPlan,
  ): Promise<{ readonly facts: SessionFacts; readonly entries: readonly RevocationEntry[] }>;

  /** One statement; see {@link SessionFacts}. `undefined` if there is no such session. */
  findForMint(id: SessionId): Promise<SessionFacts | undefined>;

  /** The session that was made from a login code. */
  findByCode(codeHash: string): Promise<SessionFacts | undefined>;

  /**
   * Writes `next` if the row's version is still `next.version - 1` and its status is active. Of N callers with the
   * same version exactly one gets `true`. `false` changes nothing, the accompaniment included. Whose session it is,
   * its device id, its code and its birth never change.
   * @throws TypeError if `next` is not active: sessions are ended by `end`, which also tells verifiers
   */
  compareAndSet(next: Session, accompaniment?: Accompaniment): Promise<boolean>;

  /**
   * Ends active sessions, with their entries in the outbox, in one transaction. A session that ended before is left
   * as it is. `describe` gives the audit record and deliveries of each.
   */
  end(
    target: EndTarget,
    end: { readonly why: EndWhy; readonly by: string; readonly rule?: EndRule },
    describe: (session: Session) => Accompaniment,
  ): Promise<EndResult>;

  /** A user's sessions, newest first, at most 200; only those that are active and not expired unless `ended`. */
  listOfUser(userId: UserId, options?: { readonly ended?: boolean }): Promise<readonly Session[]>;
}

/** Thrown by `signIn` when another session was made from the same code at the same moment. */
export class CodeTakenError extends Error {
  override readonly name = "CodeTakenError";
}
