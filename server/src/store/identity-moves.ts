import type { UserId } from "../core/ids.ts";
import type { IdentityKey, RevocationEntry, Session, User } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";
import type { LinkedIdentity } from "./users.ts";

/** Identities that go from one user to another. */
export interface MoveRequest {
  readonly from: UserId;
  readonly into: UserId;
  /** This one, with those of the same unionid, which are the same person's; `null`: all of them. */
  readonly identity: IdentityKey | null;
}

/** What a move changes. */
export interface IdentityMove {
  readonly from: User;
  readonly into: User;
  /** What goes along; none if `from` has no such identity. */
  readonly identities: readonly LinkedIdentity[];
  /** How many identities stay. */
  readonly staying: number;
  /** By these unionids, later apps of the same person find `into`. */
  readonly unions: readonly { readonly scope: string; readonly id: string }[];
  /** The host's id that goes along, where all identities do and `into` has none; else `null`. */
  readonly externalId: string | null;
  /** The sessions of these identities. They end, because their tokens name `from`. */
  readonly sessions: readonly Session[];
}

/** A move that was carried out. */
export interface IdentityMoved {
  readonly move: IdentityMove;
  readonly entries: readonly RevocationEntry[];
}

/**
 * Why a move cannot be undone. `unknown`: it is unknown, or its day is over; `undone`: it was already; `closed`,
 * `banned`: one of the two accounts was since; `moved`: an identity is another user's by now or does not exist any more;
 * `linked`: a further identity of the same person was linked since; `external_id`: the host's ids are other ones by now.
 */
export type UndoRefusal = "unknown" | "undone" | "closed" | "banned" | "moved" | "linked" | "external_id";

/** Settles whose identity is whose. Both users are held meanwhile: a sign-in comes before or after, never between. */
export interface IdentityMoveStore {
  /** What the move would change now. `undefined` if one of the two is no active user. */
  preview(request: MoveRequest): Promise<IdentityMove | undefined>;
  /**
   * Moves, ends the sessions (why `reset`), raises `ver` of both users and tells verifiers, in one transaction.
   * `describe` sees what is changed; it may throw, and then nothing at all has changed.
   * @param how `id`: names the move; `undoMs`: for how long it can be undone
   */
  move(
    request: MoveRequest,
    how: { readonly id: string; readonly by: string; readonly undoMs: number },
    describe: (move: IdentityMove) => Accompaniment,
  ): Promise<IdentityMoved | undefined>;
  /** The same backwards, if nothing that it changed was changed since. `describe` sees the way back. */
  undo(
    id: string,
    by: string,
    describe: (move: IdentityMove) => Accompaniment,
  ): Promise<IdentityMoved | { readonly refused: UndoRefusal }>;
  /** Forgets the moves whose time is over. */
  forget(): Promise<void>;
}
