import { sql } from "kysely";
import type { FreshCode } from "../../hot.ts";
import type { Db, Differences } from "../dialect.ts";
import { type Prepared, prepare } from "./prepared/prepared.ts";

/** A row for the mark, unless a session was made from the code or its exchange was kept. One statement in every dialect. */
export function prepareClaimFreshCode(db: Db, { now }: Differences): Prepared<FreshCode, unknown> {
  const names = ["mark", "holder", "ttlMs", "codeHash", "kept"] as const;
  return prepare<FreshCode, unknown>(names, ({ mark, holder, ttlMs, codeHash, kept }) =>
    db
      .insertInto("hufu_hot")
      .columns(["name", "until", "count", "holder", "value"])
      .expression((build) =>
        build
          .selectFrom("hufu_policy")
          .select([
            sql<string>`${mark}`.as("name"),
            sql<number>`${now} + ${ttlMs}`.as("until"),
            sql<null>`null`.as("count"),
            sql<string>`${holder}`.as("holder"),
            sql<null>`null`.as("value"),
          ])
          .where("id", "=", 1)
          .where((is) =>
            is.not(is.exists(is.selectFrom("hufu_sessions").select("id").where("code_hash", "=", codeHash))),
          )
          .where((is) =>
            is.not(
              is.exists(
                is
                  .selectFrom("hufu_hot as held")
                  .select("held.name")
                  .where("held.name", "=", kept)
                  .where("held.until", ">", now),
              ),
            ),
          ),
      ),
  );
}
