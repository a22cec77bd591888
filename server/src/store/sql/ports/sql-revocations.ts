import type { RevocationEntry } from "../../records.ts";
import type { RevocationStore } from "../../revocations.ts";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import { createEpochs } from "../statements/epochs.ts";
import { liveEntries, type OutboxRow, outboxFrom, selectOutbox } from "../statements/outbox-reading.ts";
import type { Statements } from "../statements/prepared/statements.ts";

/** @param timeline the expression of `differences`, where this server can say it */
export function createSqlRevocations(
  database: SqlDatabase,
  statements: Statements,
  timeline: Differences["timeline"] = undefined,
): RevocationStore {
  const { accompany, appendToOutbox } = statements;
  const { reader, differences } = database;
  const epochs = createEpochs(database);

  const rowsOf = (entries: ReturnType<typeof entriesAfter>): Promise<readonly OutboxRow[]> =>
    selectOutbox(database, timeline, entries).execute();
  const read = async (entries: ReturnType<typeof entriesAfter>): ReturnType<RevocationStore["live"]> => {
    const rows = await rowsOf(entries);
    const [first] = rows;
    if (first === undefined) throw new TypeError("the rows of hufu_counters are missing");
    const isStale = first.timeline !== null && (await epochs.follow(first.timeline, first.kept));
    return outboxFrom(isStale ? await rowsOf(entries) : rows);
  };

  return Object.freeze<RevocationStore>({
    after: (number, limit) => read(entriesAfter(reader, number, limit)),
    live: () => read(liveEntries(reader, differences)),
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
