import type { SessionId } from "../../../core/ids.ts";
import { systemClock } from "../../../core/time/clock.ts";
import { assertWellFormed } from "../../../core/well-formed.ts";
import type { Session, SessionFacts } from "../../records.ts";
import type { RefreshUse } from "../../store.ts";
import type { SqlDatabase } from "../dialect.ts";
import type { SessionRow } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { CHANGING_COLUMNS, rowFromSession } from "../statements/sessions/session-row.ts";
import { createBatcher } from "./batcher.ts";
import { connectionBudget } from "./connection-budget.ts";

/** Fewer than this are cheaper in the next batch than in a second one beside the one that is under way. */
const SECOND_FROM = 4;

/** What a refresh asks of the database. */
export interface Refreshes {
  find(id: SessionId): Promise<SessionFacts | undefined>;
  compareAndSet(next: Session): Promise<boolean>;
  readonly use?: () => RefreshUse;
}

interface Change {
  readonly next: Session;
  readonly row: SessionRow;
}

/** Refreshes that arrive together ask a database server together; SQLite commits units in groups anyway. */
export function createRefreshes(database: SqlDatabase, { facts, sessions }: Statements): Refreshes {
  const { batches, differences, reader } = database;
  const statements = batches && differences.batches?.(reader, differences);
  if (batches === undefined || statements === undefined) {
    return Object.freeze<Refreshes>({
      find: (id) => facts.find(reader, id),
      compareAndSet: (next) => database.writeOne((db) => sessions.compareAndSet(db, next)),
    });
  }
  const { monotonic } = systemClock;
  const { readings, changes, singles } = connectionBudget(batches.poolSize);

  const find = createBatcher<SessionId, SessionFacts | undefined>({
    keyOf: (id) => id,
    areShared: true,
    batchesMost: readings,
    singlesMost: singles,
    aloneMost: 1,
    secondFrom: SECOND_FROM,
    areSpread: !statements.isUnit,
    askTogether: async (ids) => {
      const [id] = ids;
      if (id === undefined || ids.length > 1) return statements.find(batches.reader, ids);
      return new Map([[id, await facts.find(batches.reader, id)]]);
    },
    askAlone: (id) => facts.find(reader, id),
    monotonic,
  });
  const compareAndSet = createBatcher<Change, boolean>({
    keyOf: ({ row }) => row.id,
    areShared: false,
    batchesMost: changes,
    singlesMost: singles,
    // Where a batch is a unit of several statements, fewer are faster side by side, on connections of their own.
    aloneMost: statements.isUnit ? singles : 1,
    secondFrom: statements.isUnit ? singles : SECOND_FROM,
    areSpread: !statements.isUnit,
    // Also for one: today's statement would wait for a lock, and others for it.
    askTogether: async (all) => {
      const rows = all.map(({ row }) => row);
      const done = await batches.once((db) => statements.compareAndSet(db, rows), statements.isUnit);
      return new Map([...done].map((id) => [id, true]));
    },
    askAlone: ({ next }) => batches.alone((db) => sessions.compareAndSet(db, next)),
    monotonic,
  });
  return Object.freeze<Refreshes>({
    find: (id) => batches.begun(() => find(id)),
    compareAndSet: (next) =>
      batches.begun(async () => {
        const row = rowFromSession(next);
        assertTexts(row);
        return compareAndSet({ next, row });
      }),
    use: () => ({ readings: find.use(), changes: compareAndSet.use() }),
  });
}

/** Before it joins others: a text that no database can keep is its own fault alone. */
function assertTexts(row: SessionRow): void {
  for (const column of CHANGING_COLUMNS) {
    const value: unknown = row[column];
    if (typeof value === "string") assertWellFormed(value, column);
  }
}
