import type { PhoneStore } from "../../phones.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { holdNumbers, ownersOf } from "../statements/users/phone-numbers.ts";

const COLUMNS = ["user_id as userId", "sealed", "hash", "confirmed_at as confirmedAt"] as const;

export function createSqlPhones(database: SqlDatabase, statements: Statements): PhoneStore {
  const { accompany, users } = statements;
  const { differences, reader } = database;

  return Object.freeze<PhoneStore>({
    find: (userId) => reader.selectFrom("hufu_phones").select(COLUMNS).where("user_id", "=", userId).executeTakeFirst(),

    findOwner: async (hashes) => (await ownersOf(reader, differences, hashes))[0]?.user_id,

    put: (userId, { sealed, hashes }, accompaniment) =>
      database.write(async (db) => {
        const user = await users.lock(db, userId);
        if (user === undefined || user.status !== "active") return "gone";
        await holdNumbers(db);
        const [owner] = await ownersOf(db, differences, hashes);
        if (owner !== undefined && owner.user_id !== userId) return "taken";
        await db.deleteFrom("hufu_phones").where("user_id", "=", userId).execute();
        const row = { user_id: userId, sealed, hash: hashes[0], confirmed_at: differences.now };
        await db.insertInto("hufu_phones").values(row).execute();
        await accompany(db, accompaniment);
        return "kept";
      }),

    after: (after, limit) => {
      const all = reader.selectFrom("hufu_phones").select(COLUMNS).orderBy("user_id").limit(limit);
      return (after === null ? all : all.where("user_id", ">", after)).execute();
    },

    reseal: (userId, from, { sealed, hash }) =>
      database.write(async (db) => {
        const { numUpdatedRows } = await db
          .updateTable("hufu_phones")
          .set({ sealed, hash })
          .where("user_id", "=", userId)
          .where("sealed", "=", from)
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      }),
  });
}
