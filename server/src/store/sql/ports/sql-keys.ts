import type { SigningKeyStore } from "../../keys.ts";
import type { StoredKey } from "../../records.ts";
import { type SqlDatabase, UniqueViolation } from "../dialect.ts";
import type { KeyRow } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { keysFrom, selectKeys } from "../statements/stored-keys.ts";

export function createSqlKeys(database: SqlDatabase, statements: Statements): SigningKeyStore {
  const { accompany, appendToOutbox, policy } = statements;

  return Object.freeze<SigningKeyStore>({
    list: async () => keysFrom(await selectKeys(database.reader, database.differences).execute()),

    add: async (key, earlierPublishedUntil, accompaniment) => {
      try {
        return await database.write(async (db) => {
          await db.insertInto("hufu_keys").values(rowFromKey(key)).execute();
          await db
            .updateTable("hufu_keys")
            .set({ published_until: earlierPublishedUntil })
            .where("sequence", "<", key.sequence)
            .where("published_until", "is", null)
            .execute();
          await accompany(db, accompaniment);
          return true;
        });
      } catch (error) {
        if (error instanceof UniqueViolation) return false;
        throw error;
      }
    },

    revoke: (kid, why, accompaniment) =>
      database.write(async (db) => {
        const { now: revokedAt } = await policy.point(db);
        const { numUpdatedRows } = await db
          .updateTable("hufu_keys")
          .set({ revoked_at: revokedAt })
          .where("kid", "=", kid)
          .where("revoked_at", "is", null)
          .where((key) => key.or([key("published_until", "is", null), key("published_until", ">", revokedAt)]))
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return [];
        await accompany(db, accompaniment);
        return appendToOutbox(db, [{ kid, why }]);
      }),

    reseal: (kid, from, to) =>
      database.write(async (db) => {
        const { numUpdatedRows } = await db
          .updateTable("hufu_keys")
          .set({ sealed_private: to })
          .where("kid", "=", kid)
          .where("sealed_private", "=", from)
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      }),
  });
}

function rowFromKey(key: StoredKey): KeyRow {
  return {
    kid: key.kid,
    sequence: key.sequence,
    alg: key.alg,
    public_jwk: key.publicJwk,
    sealed_private: key.sealedPrivate,
    created_at: key.createdAt,
    signs_from: key.signsFrom,
    published_until: key.publishedUntil,
    revoked_at: key.revokedAt,
  };
}
