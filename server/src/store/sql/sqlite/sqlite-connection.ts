import type { SqliteStatement } from "kysely";
import type { Clock } from "../../../core/time/clock.ts";
import type { Db } from "../dialect.ts";
import { DirectKysely } from "./direct-kysely.ts";
import { forgetStatistics } from "./forget-statistics.ts";
import { openDatabaseSync } from "./node-sqlite.ts";
import { guarded } from "./sqlite-faults.ts";
import { asKyselyStatement, isInTransaction } from "./sqlite-statement.ts";

const PREPARED_STATEMENTS = 400;
/** Memory that is taken as it is needed. */
const WRITER_CACHE_KIB = 16_384;

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
  /** Runs statements without a result. */
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
  const database = guarded(() => openDatabaseSync(file, { enableForeignKeyConstraints: true }));
  guarded(() => {
    // By pragma, because the oldest supported Node has no option for it.
    database.exec(`pragma busy_timeout = ${busyTimeoutMs}; pragma journal_mode = wal; pragma synchronous = full`);
    if (access === "read") database.exec("pragma query_only = on");
    // Else what a savepoint or a statement of many rows could undo goes into a file, page by page, and is never read.
    else {
      database.exec(`pragma temp_store = memory; pragma cache_size = -${WRITER_CACHE_KIB}`);
      forgetStatistics(database);
    }
    // The same for a whole statement, which is what "deterministic" asks for: only so does an index on an instant help.
    database.function("hufu_now", { deterministic: true }, () => clock.now());
  });

  let isOpen = true;
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    const statement = asKyselyStatement(
      guarded(() => database.prepare(text)),
      text,
    );
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
    db: new DirectKysely({ prepare, close: () => database.close() }),
    exec: (text: string): void => void prepare(text).run([]),
    inTransaction: () => isOpen && isInTransaction(database),
    // Not through Kysely: a later call must fail in the driver and be translated like any other failure.
    close: () => {
      prepared.clear();
      if (isOpen) database.close();
      isOpen = false;
    },
  });
}
