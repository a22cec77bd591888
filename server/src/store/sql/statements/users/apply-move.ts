import type { IdentityMove } from "../../../identity-moves.ts";
import type { Revocation, RevocationEntry } from "../../../records.ts";
import type { Accompaniment } from "../../../sessions.ts";
import type { Db } from "../../dialect.ts";
import type { Statements } from "../prepared/statements.ts";
import { isSame } from "./plan-move.ts";

/** Carries out a move between two users that are held; answers what verifiers must hear. */
export async function applyMove(
  db: Db,
  { accompany, appendToOutbox, policy, sessions, users }: Statements,
  { from, into, identities, unions, externalId }: IdentityMove,
  by: string,
  accompaniment: Accompaniment,
): Promise<readonly RevocationEntry[]> {
  const held = await sessions.lockActiveOfUser(db, from.id);
  const { now } = await policy.point(db);
  const ending = held.filter((session) => identities.some((one) => isSame(one, session)));
  await sessions.end(db, ending, { why: "reset", rule: "identity_move", by, now });
  for (const { platform, app, openid } of identities) {
    await db
      .updateTable("hufu_identities")
      .set({ user_id: into.id })
      .where("platform", "=", platform)
      .where("app", "=", app)
      .where("openid", "=", openid)
      .execute();
  }
  for (const { scope, id } of unions) {
    await db
      .updateTable("hufu_unions")
      .set({ user_id: into.id })
      .where("scope", "=", scope)
      .where("unionid", "=", id)
      .execute();
  }
  // A sign-in that looked before and waited sees by `ver` that it has to look again. The one that gives comes first: the
  // host's id is unique.
  const gives = { ...from, ver: from.ver + 1, externalId: externalId === null ? from.externalId : null };
  const takes = { ...into, ver: into.ver + 1, externalId: externalId ?? into.externalId };
  for (const user of [gives, takes]) await users.update(db, user);
  await accompany(db, accompaniment);
  const told = [
    ...ending.map(({ id: sid }): Revocation => ({ sid, why: "reset" })),
    ...[gives, takes].map(({ id: sub, ver }): Revocation => ({ sub, ver, why: "stale" })),
  ];
  return appendToOutbox(db, told);
}
