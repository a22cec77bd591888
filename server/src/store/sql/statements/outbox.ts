import { sql } from "kysely";
import type { Revocation, RevocationEntry } from "../../records.ts";
import type { Db, Differences } from "../dialect.ts";
import type { RevocationRow } from "../schema.ts";
import { prepare } from "./prepared/prepared.ts";

/**
 * Writes entries into the outbox. Must be the last that a unit of work does: a caller that takes a number holds the counter
 * until its commit, and so numbers become visible in their order. An auto-increment would lose entries.
 */
export type AppendToOutbox = (db: Db, revocations: readonly Revocation[]) => Promise<readonly RevocationEntry[]>;

export function prepareOutbox(db: Db, differences: Differences): AppendToOutbox {
  const advance = prepare<{ readonly by: number }, unknown>(["by"], ({ by }) =>
    db
      .updateTable("hufu_counters")
      .set({ value: sql<number>`value + ${by}` })
      .where("name", "=", "revocation"),
  );
  const reached = prepare<object, { readonly value: number; readonly life: number; readonly now: number }>([], () =>
    db
      .selectFrom("hufu_counters as last")
      .innerJoin("hufu_counters as entries", (join) => join.on("entries.name", "=", "entry_life"))
      .select(["last.value as value", "entries.value as life", differences.now.as("now")])
      .where("last.name", "=", "revocation"),
  );
  const insert = prepare<RevocationRow, unknown>(["number", "body", "until"], (values) =>
    db.insertInto("hufu_revocations").values(values),
  );

  return async (open, revocations) => {
    if (revocations.length === 0) return [];
    await advance(open, { by: revocations.length });
    const [counter] = (await reached(open, {})).rows;
    if (counter === undefined) throw new TypeError("a row of hufu_counters is missing");
    const until = counter.now + counter.life;
    const first = counter.value - revocations.length + 1;
    const entries = revocations.map((revocation, index) => ({ number: first + index, revocation, until }));
    for (const { number, revocation } of entries) {
      await insert(open, { number, body: JSON.stringify(revocation), until });
    }
    return entries;
  };
}

export function entryFromRow(row: RevocationRow): RevocationEntry {
  return { number: row.number, revocation: JSON.parse(row.body), until: row.until };
}
