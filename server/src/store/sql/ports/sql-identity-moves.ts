import type { UserId } from "../../../core/ids.ts";
import type { IdentityMove, IdentityMoveStore, UndoRefusal } from "../../identity-moves.ts";
import type { User } from "../../records.ts";
import type { Db, SqlDatabase } from "../dialect.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { applyMove } from "../statements/users/apply-move.ts";
import { identitiesOf, isSame, planMove, unionsOf } from "../statements/users/plan-move.ts";
import { type NotedMove, undoRefusal } from "../statements/users/undo-refusal.ts";
import { USER_COLUMNS, userFromRow } from "../statements/users/user-row.ts";

export function createSqlIdentityMoves(database: SqlDatabase, statements: Statements): IdentityMoveStore {
  const { users, policy } = statements;
  const { forUpdate, now } = database.differences;

  /** Both, in the order of their ids, so that two moves never wait for each other. */
  async function lockBoth(db: Db, one: UserId, other: UserId): Promise<readonly [User | undefined, User | undefined]> {
    const held = new Map<UserId, User | undefined>();
    for (const id of [one, other].toSorted()) held.set(id, await users.lock(db, id));
    return [held.get(one), held.get(other)];
  }

  return Object.freeze<IdentityMoveStore>({
    preview: async ({ from, into, identity }) => {
      const rows = await database.reader
        .selectFrom("hufu_users")
        .select(USER_COLUMNS)
        .where("id", "in", [from, into])
        .where("status", "=", "active")
        .execute();
      const [gives, takes] = [from, into].map((id) => rows.find((row) => row.id === id));
      if (gives === undefined || takes === undefined) return undefined;
      return planMove(database.reader, userFromRow(gives), userFromRow(takes), identity);
    },

    move: ({ from, into, identity }, { id, by, undoMs }, describe) =>
      database.write(async (db) => {
        const [gives, takes] = await lockBoth(db, from, into);
        if (gives?.status !== "active" || takes?.status !== "active") return undefined;
        const move = await planMove(db, gives, takes, identity);
        const accompaniment = describe(move);
        const { now: at } = await policy.point(db);
        await db
          .insertInto("hufu_identity_moves")
          .values({
            id,
            from_id: from,
            into_id: into,
            identities: JSON.stringify(move.identities.map(({ platform, app, openid }) => ({ platform, app, openid }))),
            unions: JSON.stringify(move.unions),
            external_id: move.externalId,
            until: at + undoMs,
            undone_at: null,
          })
          .execute();
        return { move, entries: await applyMove(db, statements, move, by, accompaniment) };
      }),

    undo: (id, by, describe) =>
      database.write(async (db) => {
        const row = await forUpdate(
          db.selectFrom("hufu_identity_moves").selectAll().where("id", "=", id),
        ).executeTakeFirst();
        const point = await policy.point(db);
        if (row === undefined || row.until <= point.now) return refused("unknown");
        if (row.undone_at !== null) return refused("undone");
        const [gave, took] = await lockBoth(db, row.from_id, row.into_id);
        const noted: NotedMove = {
          identities: JSON.parse(row.identities),
          unions: JSON.parse(row.unions),
          externalId: row.external_id,
        };
        const identities = await identitiesOf(db, row.into_id);
        const unions = await unionsOf(db, row.into_id);
        const refusal = undoRefusal(noted, { gave, took, identities, unions, now: point.now });
        if (refusal !== undefined || gave === undefined || took === undefined) return refused(refusal ?? "closed");
        const back = await planMove(db, took, gave, null);
        const isNoted = (one: (typeof noted.identities)[number]) =>
          noted.identities.some((other) => isSame(one, other));
        const move: IdentityMove = {
          ...back,
          identities: identities.filter(isNoted),
          staying: identities.length - noted.identities.length,
          unions: noted.unions,
          externalId: noted.externalId,
          sessions: back.sessions.filter(isNoted),
        };
        const accompaniment = describe(move);
        await db.updateTable("hufu_identity_moves").set({ undone_at: point.now }).where("id", "=", id).execute();
        return { move, entries: await applyMove(db, statements, move, by, accompaniment) };
      }),

    forget: async () =>
      void (await database.writeOne((db) => db.deleteFrom("hufu_identity_moves").where("until", "<=", now).execute())),
  });
}

function refused(why: UndoRefusal): { readonly refused: UndoRefusal } {
  return { refused: why };
}
