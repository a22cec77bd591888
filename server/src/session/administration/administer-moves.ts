import { checkText } from "../../core/arguments.ts";
import type { UserId } from "../../core/ids.ts";
import type { IdentityMove, MoveRequest } from "../../store/identity-moves.ts";
import type { IdentityKey } from "../../store/records.ts";
import { type Because, type By, checkByOrBecause, checkIdentity, type UserRef } from "./check-arguments.ts";
import { type MoveContext, type MovedIdentities, moveIdentities, previewMove, undoMove } from "./move-identities.ts";

const MOVE_ID_MOST = 64;

/** Settles whose identity is whose. */
export interface MoveAdministration {
  /** What `link`, or with an identity `move`, would change now: identities, sessions that end, both users. */
  previewMove(from: UserRef, into: UserRef, identity?: IdentityKey): Promise<IdentityMove>;
  /**
   * The two users are one person: every identity of `from` signs in as `into` from now on, at the next silent sign-in.
   * `from` stays, without any. Can be undone for a day.
   * @throws HufuError `not_found`; `conflict` while `from` is banned
   */
  link(from: UserRef, into: UserRef, by?: By | Because): Promise<MovedIdentities>;
  /** The same for one identity of `from`, with those of the same unionid. */
  move(from: UserRef, identity: IdentityKey, into: UserRef, by?: By | Because): Promise<MovedIdentities>;
  /** Takes a `link` or `move` back. @throws HufuError `conflict` with the reason if the state is another one by now */
  undoMove(id: string, by?: By | Because): Promise<IdentityMove>;
}

/** @param idOf finds a user. @throws HufuError `not_found` */
export function administerMoves(context: MoveContext, idOf: (user: UserRef) => Promise<UserId>): MoveAdministration {
  async function requestOf(from: UserRef, into: UserRef, identity: IdentityKey | null): Promise<MoveRequest> {
    return { from: await idOf(from), into: await idOf(into), identity };
  }
  return {
    async previewMove(from, into, identity) {
      const wanted = identity === undefined ? null : checkIdentity(identity);
      return previewMove(context, await requestOf(from, into, wanted));
    },
    async link(from, into, by) {
      const caller = checkByOrBecause(by);
      return moveIdentities(context, await requestOf(from, into, null), caller);
    },
    async move(from, identity, into, by) {
      const [wanted, caller] = [checkIdentity(identity), checkByOrBecause(by)];
      return moveIdentities(context, await requestOf(from, into, wanted), caller);
    },
    async undoMove(id, by) {
      return undoMove(context, checkText("id", id, MOVE_ID_MOST), checkByOrBecause(by));
    },
  };
}
