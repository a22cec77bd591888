import { sql } from "kysely";
import type { SigningKeyStore } from "../../keys.ts";
import type { StoredKey } from "../../records.ts";
import type { Db, Differences } from "../dialect.ts";
import type { KeyRow } from "../schema.ts";

/** Keys hang on the counter's row, so that one statement brings the time even where there is no key. */
export function selectKeys(db: Db, { now, onlyReads }: Differences) {
  return db
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
    .where("hufu_counters.name", "=", sql.lit("epoch"))
    .orderBy("hufu_keys.sequence");
}

export function keysFrom(
  rows: readonly (MaybeKeyRow & { readonly now: number })[],
): Awaited<ReturnType<SigningKeyStore["list"]>> {
  const keys: StoredKey[] = [];
  for (const row of rows) if (isKeyRow(row)) keys.push(keyFromRow(row));
  return { keys, now: rows[0]?.now ?? 0 };
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
