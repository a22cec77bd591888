import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect, type SqliteStatement } from "kysely";
import type { Clock } from "../../core/clock.ts";
import type { Db } from "./dialect.ts";
import type { HufuTables } from "./schema.ts";
import { sqliteFault } from "./sqlite-faults.ts";

const PREPARED_STATEMENTS = 400;

export interface SqliteConnectionOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly access: "read" | "write";
  /** How long to wait, in milliseconds, for another process's transaction on the same file. */
  readonly busyTimeoutMs: number;
}

/** One connection to an SQLite file. */
export interface SqliteConnection {
  readonly db: Db;
  /** Runs statements that answer nothing. */
  exec(text: string): void;
  inTransaction(): boolean;
  close(): void;
}

/**
 * Opens one connection at full durability: WAL, `synchronous=FULL`, foreign keys enforced.
 * @throws HufuError `store_unavailable` if the file cannot be opened
 */
export function openSqliteConnection(options: SqliteConnectionOptions): SqliteConnection {
  const { file, clock, access, busyTimeoutMs } = options;
  const database = guarded(() => new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true }));
  guarded(() => {
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    if (access === "read") database.exec("pragma query_only = on");
    database.function("hufu_now", () => clock.now());
  });

  const prepared = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    const statement = asKyselyStatement(guarded(() => database.prepare(text)));
    if (prepared.size >= PREPARED_STATEMENTS) {
      for (const oldest of prepared.keys()) {
        prepared.delete(oldest);
        break;
      }
    }
    prepared.set(text, statement);
    return statement;
  };

  return Object.freeze({
    db: new Kysely<HufuTables>({
      dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }),
    }),
    exec: (text: string): void => void prepare(text).run([]),
    inTransaction: () => database.isOpen && database.isTransaction,
    // Not through Kysely: what is called afterwards shall fail in the driver and be translated like any other failure.
    close: () => {
      prepared.clear();
      if (database.isOpen) database.close();
    },
  });
}

function asKyselyStatement(statement: StatementSync): SqliteStatement {
  const names = statement.columns().map((column) => column.name);
  // Rows as arrays, and the objects made here: node:sqlite's own objects cost twice the time of the whole query.
  if (names.length > 0) statement.setReturnArrays(true);
  const toRow = (values: unknown): Record<string, unknown> => {
    const row: Record<string, unknown> = {};
    if (!Array.isArray(values)) return row;
    for (let index = 0; index < names.length; index += 1) row[names[index] ?? ""] = values[index];
    return row;
  };
  // Kysely hands over whatever the queries hold; the schema's types allow nothing but text, numbers and null.
  const bound = (values: readonly unknown[]): SQLInputValue[] => values as SQLInputValue[];
  return {
    reader: names.length > 0,
    all: (values) => guarded(() => statement.all(...bound(values))).map(toRow),
    run: (values) => guarded(() => statement.run(...bound(values))),
    iterate: () => {
      throw new TypeError("nothing here streams");
    },
  };
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw sqliteFault(error);
  }
}
