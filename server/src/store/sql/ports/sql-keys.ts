import type { SigningKeyStore } from "../../keys.ts";
import type { StoredKey } from "../../records.ts";
import { type SqlDatabase, UniqueViolation } from "../dialect.ts";
import type { KeyRow } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";

export function createSqlKeys(database: SqlDatabase, statements: Statements): SigningKeyStore {
  const { accompany, appendToOutbox, policy } = statements;
  const { now, onlyReads } = database.differences;

  return Object.freeze<SigningKeyStore>({
    list: async () => {
      // Keys hang on the counter's row, so that one statement brings the time even where there is no key.
      const rows = await database.reader
        .selectFrom("hufu_counters")
        .leftJoin("hufu_keys", (join) => join.onTrue())
        .select([
          "hufu_keys.kid",
          "hufu_keys.sequence",
          "hufu_keys.alg",
          "hufu_keys.public_jwk",
          "hufu_keys.sealed_private",
          "hufu_keys.created_at",
          "hufu_keys.signs_from",
          "hufu_keys.published_until",
          "hufu_keys.revoked_at",
        ])
        .select([now.as("now"), onlyReads.as("only_reads")])
        .where("hufu_counters.name", "=", "epoch")
        .orderBy("hufu_keys.sequence")
        .execute();
      const keys: StoredKey[] = [];
      for (const row of rows) if (isKeyRow(row)) keys.push(keyFromRow(row));
      return { keys, now: rows[0]?.now ?? 0 };
    },

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

/** What a left join answers where there is nothing to join. */
type MaybeKeyRow = { readonly [Column in keyof KeyRow]: KeyRow[Column] | null };

function isKeyRow(row: MaybeKeyRow): row is KeyRow {
  return row.kid !== null;
}

function keyFromRow(row: KeyRow): StoredKey {
  return {
    kid: row.kid,
    sequence: row.sequence,
    alg: row.alg,
    publicJwk: row.public_jwk,
    sealedPrivate: row.sealed_private,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    publishedUntil: row.published_until,
    revokedAt: row.revoked_at,
  };
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
