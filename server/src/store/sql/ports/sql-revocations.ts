import { sql } from "kysely";
import type { RevocationEntry } from "../../records.ts";
import type { Cursor, RevocationStore } from "../../revocations.ts";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import { createEpochs, TIMELINE } from "../statements/epochs.ts";
import { entryFromRow } from "../statements/outbox.ts";
import type { Statements } from "../statements/prepared/statements.ts";

interface OutboxRow {
  readonly last: number;
  readonly epoch: number;
  readonly now: number;
  readonly kept: number | null;
  readonly timeline: number | null;
  readonly number: number | null;
  readonly body: string | null;
  readonly until: number | null;
}

/** @param timeline the expression of `differences`, where this server can say it */
export function createSqlRevocations(
  database: SqlDatabase,
  statements: Statements,
  timeline: Differences["timeline"] = undefined,
): RevocationStore {
  const { accompany, appendToOutbox } = statements;
  const { reader } = database;
  const { now, onlyReads } = database.differences;
  const epochs = createEpochs(database);

  /** One statement: entries and the end of the outbox come from the same moment. */
  const rowsOf = (entries: ReturnType<typeof entriesAfter>): Promise<readonly OutboxRow[]> =>
    reader
      .selectFrom("hufu_counters as numbers")
      .innerJoin("hufu_counters as epochs", (join) => join.on("epochs.name", "=", "epoch"))
      .leftJoin("hufu_counters as timelines", (join) => join.on("timelines.name", "=", TIMELINE))
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
      .where("numbers.name", "=", "revocation")
      .orderBy("entry.number")
      .execute();
  const read = async (entries: ReturnType<typeof entriesAfter>): ReturnType<RevocationStore["live"]> => {
    const rows = await rowsOf(entries);
    const [first] = rows;
    if (first === undefined) throw new TypeError("the rows of hufu_counters are missing");
    const isStale = first.timeline !== null && (await epochs.follow(first.timeline, first.kept));
    return outboxFromRows(isStale ? await rowsOf(entries) : rows);
  };

  return Object.freeze<RevocationStore>({
    after: (number, limit) => read(entriesAfter(reader, number, limit)),
    live: () =>
      read(reader.selectFrom("hufu_revocations").select(["number", "body", "until"]).where("until", ">=", now)),
    raiseEpoch: epochs.raise,
    append: (revocation, accompaniment) =>
      database.write(async (db): Promise<RevocationEntry> => {
        await accompany(db, accompaniment);
        const [entry] = await appendToOutbox(db, [revocation]);
        if (entry === undefined) throw new TypeError("one revocation gives one entry");
        return entry;
      }),
  });
}

function entriesAfter(db: Db, number: number, limit: number) {
  return db
    .selectFrom("hufu_revocations")
    .select(["number", "body", "until"])
    .where("number", ">", number)
    .orderBy("number")
    .limit(limit);
}

function outboxFromRows(rows: readonly OutboxRow[]): Awaited<ReturnType<RevocationStore["live"]>> {
  const [first] = rows;
  if (first === undefined) throw new TypeError("the rows of hufu_counters are missing");
  const entries: RevocationEntry[] = [];
  for (const { number, body, until } of rows) {
    if (number !== null && body !== null && until !== null) entries.push(entryFromRow({ number, body, until }));
  }
  const end: Cursor = { epoch: first.epoch, number: first.last };
  return { entries, end, now: first.now };
}
