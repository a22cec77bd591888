import { toBase64url } from "../../core/base64url.ts";
import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { systemRandom } from "../../core/random.ts";
import type { AuditAction } from "../../store/audit-actions.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { IdentityMove, MoveRequest, UndoRefusal } from "../../store/identity-moves.ts";
import type { Session } from "../../store/records.ts";
import type { Accompaniment } from "../../store/sessions.ts";
import type { SessionContext } from "../context.ts";
import { countEnds } from "../ending/count-ends.ts";
import { type EndCause, endDeliveries } from "../ending/end-records.ts";
import { banInForce } from "../liveness.ts";
import { noSuchUser } from "./administer-users.ts";

/** For how long a move can be undone, in milliseconds. */
const UNDO_MS = 86_400_000;
const MOVE_BYTES = 12;
const MOVED: EndCause = { why: "reset", rule: "identity_move" };

/** What moves need of the rest. */
export type MoveContext = Pick<SessionContext, "store" | "settings" | "meter" | "announce" | "clock">;

/** A move of identities, and by which name it can be undone for a day. */
export interface MovedIdentities {
  readonly id: string;
  readonly move: IdentityMove;
}

const REFUSALS: Readonly<Record<UndoRefusal, string>> = {
  unknown: "there is no such move, or its day is over",
  undone: "it was undone already",
  closed: "one of the two accounts was closed since",
  banned: "one of the two accounts was banned since",
  moved: "an identity was moved on since, or does not exist any more",
  linked: "the same person has signed in to a further app since, which would stay behind",
  external_id: "the ids of your back end on these accounts were changed since",
};

/** What a move would change now. @throws HufuError as {@link moveIdentities} */
export async function previewMove(context: MoveContext, request: MoveRequest): Promise<IdentityMove> {
  refuseOne(request);
  const move = await context.store.identityMoves.preview(request);
  if (move === undefined) throw noSuchUser();
  refuseMove(move, context.clock.now());
  return move;
}

/**
 * Gives identities of one user to another: one with those of the same unionid, or all, which links the two users. The
 * sessions of these identities end, why `reset`: the mini program signs in again unseen, as the other user.
 * @throws TypeError if the two are one; HufuError `not_found` for a user or an identity that does not exist, `conflict`
 * while a ban of `from` is in force, which the person would leave behind
 */
export async function moveIdentities(
  context: MoveContext,
  request: MoveRequest,
  caller: Caller,
): Promise<MovedIdentities> {
  refuseOne(request);
  const id = `m_${toBase64url(systemRandom(MOVE_BYTES))}`;
  const action = request.identity === null ? "users.link" : "users.move";
  const moved = await context.store.identityMoves.move(request, { id, by: caller.by, undoMs: UNDO_MS }, (move) => {
    // Held by now: a ban that is answered at this moment counts.
    refuseMove(move, context.clock.now());
    return recordsOf(context, move, { action, id }, caller);
  });
  if (moved === undefined) throw noSuchUser();
  context.announce(moved.entries);
  countEnds(context.meter, moved.move.sessions.length, MOVED);
  return { id, move: moved.move };
}

/**
 * Takes a move back, within a day, if nothing that it changed was changed since.
 * @throws HufuError `conflict` with the reason in its detail; `not_found` where there is no such move, or no longer
 */
export async function undoMove(context: MoveContext, id: string, caller: Caller): Promise<IdentityMove> {
  const undone = await context.store.identityMoves.undo(id, caller.by, (move) =>
    recordsOf(context, move, { action: "users.undo", id }, caller),
  );
  if ("refused" in undone) {
    const reason = undone.refused === "unknown" ? "not_found" : "conflict";
    throw new HufuError(reason, { detail: REFUSALS[undone.refused] });
  }
  context.announce(undone.entries);
  countEnds(context.meter, undone.move.sessions.length, MOVED);
  return undone.move;
}

function refuseOne({ from, into }: MoveRequest): void {
  if (from === into) throw new TypeError("into: the two users are one");
}

function refuseMove({ from, identities }: IdentityMove, now: number): void {
  if (identities.length === 0) throw new HufuError("not_found", { detail: "this user has no such identity" });
  if (banInForce(from.ban, now) === undefined) return;
  throw new HufuError("conflict", { detail: "the user is banned, and would leave the ban behind; lift it first" });
}

/** One record of each user, one of each session that ends. */
function recordsOf(
  { settings }: MoveContext,
  { from, into, identities, sessions }: IdentityMove,
  { action, id }: { readonly action: AuditAction; readonly id: string },
  caller: Caller,
): Accompaniment {
  const detail = { move: id, from: from.id, into: into.id, identities: identities.length };
  const end = ({ id: sid, userId, app }: Session) =>
    auditRecord(caller, { action: "session.end", userId, sid, app, ...MOVED });
  return {
    audit: [
      ...[from, into].map(({ id: userId }) => auditRecord(caller, { action, userId, detail })),
      ...sessions.map(end),
    ],
    deliveries: sessions.flatMap((session) => endDeliveries(session, MOVED.why, settings)),
  };
}
