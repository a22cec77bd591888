import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type ColumnDefinitionBuilder,
  type RawBuilder,
  type SqlBool,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from "kysely";
import type { Clock } from "../../../core/time/clock.ts";
import type { Differences, SqlDatabase } from "../dialect.ts";
import { checkSqlite, makePrivate } from "./file-mode.ts";
import { createGroupCommit, type TransactionControl } from "./group-commit.ts";
import { openSqliteConnection, type SqliteConnection } from "./sqlite-connection.ts";
import { writeProblem } from "./write-problem.ts";

/** How long a process waits for another one's transaction, with its event loop blocked, before it answers 503. */
const BUSY_TIMEOUT_MS = 2000;

/** Few rows meet this condition: the planner uses its index, whatever the statistics say. */
function unlikely(condition: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql`unlikely(${condition})`;
}

/** SQLite: text compares bytes by itself, and the write transaction is the lock. */
export const sqliteDifferences: Differences = Object.freeze<Differences>({
  name: "sqlite",
  now: sql<number>`hufu_now()`,
  onlyReads: sql<number>`0`,
  forUpdate: (query) => query,
  rowsOf: async (_db, values, query) => {
    const list = JSON.stringify(values);
    return query((column) => unlikely(sql`${sql.ref(column)} in (select value from json_each(${list}))`)).execute();
  },
  equalsNullable: (column, value) => unlikely(sql`${sql.ref(column)} = ${value}`),
  // Pages. By default each batch of an import would be followed by a checkpoint, which waits for the disk twice.
  prepareForMany: sql`pragma wal_autocheckpoint = 8000`,
  tableNamed: (name) => sql`select 1 as found from sqlite_schema where type = 'table' and name = ${name}`,
  columns: Object.freeze({
    word: sql`text`,
    text: sql`text`,
    whole: sql`integer`,
    serial: sql`integer`,
    serialKey: (column: ColumnDefinitionBuilder) => column.primaryKey().autoIncrement().notNull(),
    tableEnd: sql`strict`,
    dropIndex: (index: string) => sql`drop index ${sql.id(index)}`,
  }),
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/**
 * One writer, whose transactions are groups of units, and one reader, so that a reading sees only what is committed.
 * @throws TypeError for what is not a path, is in no folder or may not be written; HufuError `store_unavailable` if the file cannot be opened
 */
export function openSqlite(file: string, clock: Clock, busyTimeoutMs: number = BUSY_TIMEOUT_MS): SqlDatabase {
  if (file === "" || file === ":memory:" || file.startsWith("file:")) {
    throw new TypeError(
      `"${file}" is not the path of a file: Hufu opens SQLite twice, once to read, so memory will not do; use a temporary file`,
    );
  }
  // SQLite would only say that it cannot open the file.
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new TypeError(`database: the folder ${folder} does not exist`);
  const problem = writeProblem(resolve(file));
  if (problem !== undefined) throw new TypeError(problem);
  makePrivate(file);
  const writer = openSqliteConnection({ file, clock, busyTimeoutMs, access: "write" });
  const reader = openSqliteConnection({ file, clock, busyTimeoutMs, access: "read" });
  const group = createGroupCommit(writer.db, transactionControl(writer));
  return Object.freeze({
    differences: sqliteDifferences,
    reader: reader.db,
    write: group.write,
    writeOne: group.writeOne,
    // A unit of work is a lock.
    migrate: group.write,
    check: async () => checkSqlite(file),
    close: async () => {
      await group.close();
      reader.close();
      writer.close();
    },
  });
}

function transactionControl(writer: SqliteConnection): TransactionControl {
  return {
    // Immediate, or two processes that both read first could never both go on to write.
    begin: () => writer.exec("begin immediate"),
    commit: () => writer.exec("commit"),
    rollback: () => writer.exec("rollback"),
    savepoint: () => writer.exec("savepoint unit"),
    release: () => writer.exec("release unit"),
    rollbackToSavepoint: () => {
      writer.exec("rollback to unit");
      writer.exec("release unit");
    },
    inTransaction: () => writer.inTransaction(),
  };
}
