import { type SelectQueryBuilder, sql } from "kysely";
import type { RevocationEntry } from "../../records.ts";
import type { Cursor, RevocationStore } from "../../revocations.ts";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import type { HufuTables, RevocationRow } from "../schema.ts";
import { TIMELINE } from "./epochs.ts";
import { entryFromRow } from "./outbox.ts";

export interface OutboxRow {
  readonly last: number;
  readonly epoch: number;
  readonly now: number;
  readonly kept: number | null;
  readonly timeline: number | null;
  readonly number: number | null;
  readonly body: string | null;
  readonly until: number | null;
}

/**
 * One statement: entries and the end of the outbox come from the same moment.
 * @param timeline the expression of `differences`, where this server can say it
 */
export function selectOutbox(
  { reader, differences }: Pick<SqlDatabase, "reader" | "differences">,
  timeline: Differences["timeline"],
  entries: SelectQueryBuilder<HufuTables, "hufu_revocations", RevocationRow>,
) {
  const { now, onlyReads } = differences;
  return reader
    .selectFrom("hufu_counters as numbers")
    .innerJoin("hufu_counters as epochs", (join) => join.on("epochs.name", "=", sql.lit("epoch")))
    .leftJoin("hufu_counters as timelines", (join) => join.on("timelines.name", "=", sql.lit(TIMELINE)))
    .leftJoin(entries.as("entry"), (join) => join.onTrue())
    .select([
      "numbers.value as last",
      "epochs.value as epoch",
      now.as("now"),
      onlyReads.as("only_reads"),
      "timelines.value as kept",
      (timeline ?? sql<null>`null`).as("timeline"),
      "entry.number",
      "entry.body",
      "entry.until",
    ])
    .where("numbers.name", "=", sql.lit("revocation"))
    .orderBy("entry.number");
}

/** Those that still concern a live token. */
export function liveEntries(db: Db, { now }: Differences) {
  return db.selectFrom("hufu_revocations").select(["number", "body", "until"]).where("until", ">=", now);
}

export function outboxFrom(rows: readonly OutboxRow[]): Awaited<ReturnType<RevocationStore["live"]>> {
  const [first] = rows;
  if (first === undefined) throw new TypeError("the rows of hufu_counters are missing");
  const entries: RevocationEntry[] = [];
  for (const { number, body, until } of rows) {
    if (number !== null && body !== null && until !== null) entries.push(entryFromRow({ number, body, until }));
  }
  const end: Cursor = { epoch: first.epoch, number: first.last };
  return { entries, end, now: first.now };
}
