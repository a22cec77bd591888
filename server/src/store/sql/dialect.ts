import type {
  ColumnDefinitionBuilder,
  DatabaseIntrospector,
  DialectAdapter,
  Expression,
  Kysely,
  QueryCompiler,
  RawBuilder,
  SelectQueryBuilder,
  SqlBool,
} from "kysely";
import type { SessionId } from "../../core/ids.ts";
import type { Hints } from "../hints.ts";
import type { SessionFacts } from "../records.ts";
import type { PoolUse } from "../store.ts";
import type { DatabaseFinding } from "./database-finding.ts";
import type { AnswerOf, Reading, ReadTogether } from "./one-message/reading.ts";
import type { SendTogether } from "./one-message/send-together.ts";
import type { HufuTables, SessionRow } from "./schema.ts";

/** A connection, or the transaction that is open on it. */
export type Db = Kysely<HufuTables>;

/** What a database calls the few kinds of columns that Hufu has, and what else differs in a migration. */
export interface ColumnTypes {
  /**
   * Short text that is looked up or unique, **compared byte by byte**: ids, openids, hashes, words. MySQL's default
   * collations would merge two openids that differ in case, PostgreSQL's sort by language.
   */
  readonly word: RawBuilder<unknown>;
  /** Text of any length without an index, JSON included. */
  readonly text: RawBuilder<unknown>;
  /** A whole number below 2^53, handed out as a JavaScript number: instants, versions, counts. */
  readonly whole: RawBuilder<unknown>;
  /** A whole number that the database gives to new rows. */
  readonly serial: RawBuilder<unknown>;
  /** What a primary key of type `serial` says beside. */
  serialKey(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder;
  /** What stands after the closing bracket of `create table`. */
  readonly tableEnd: RawBuilder<unknown>;
  /** The statement that drops an index of a table. */
  dropIndex(index: string, table: string): RawBuilder<unknown>;
}

/** Says that a column holds one of the values. */
export type IsOneOf = (column: string) => Expression<SqlBool>;

/** What a database server does for many sessions at once. Each session is named once. */
export interface BatchStatements {
  /** What minting needs, of each session that there is, and `undefined` of each other. One statement. */
  find(db: Db, ids: readonly SessionId[]): Promise<ReadonlyMap<SessionId, SessionFacts | undefined>>;
  /**
   * Writes those rows of which the version before is there and active, as far as the row is free: it never waits for a lock.
   * Answers which it wrote; of the others it says nothing.
   */
  compareAndSet(db: Db, rows: readonly SessionRow[]): Promise<ReadonlySet<SessionId>>;
  /** Is a change several statements, which belong into one unit of work? */
  readonly isUnit: boolean;
}

/** Everything in which one database differs from another. A new database is a new value of this, never a new branch. */
export interface Differences {
  readonly name: string;
  /** The database's time in epoch milliseconds, as an expression. */
  readonly now: RawBuilder<number>;
  /**
   * 1 where the server that carries out this statement only reads, else 0. Readings that decide something select it as
   * `only_reads`: what stands between may send a reading to another server than the writing.
   */
  readonly onlyReads: RawBuilder<number>;
  /**
   * Which history this server is on, as a number that changes whenever another server has taken over, or null where that
   * cannot be said now. Absent where the database knows no such thing.
   */
  readonly timeline?: RawBuilder<number | null>;
  /** Locks the rows that are read until the unit of work ends; nothing where the unit itself is the lock. */
  forUpdate<Tables, Table extends keyof Tables, Row>(
    query: SelectQueryBuilder<Tables, Table, Row>,
  ): SelectQueryBuilder<Tables, Table, Row>;
  /**
   * The rows for many values of what is unique. They are found by its index, even if the database misjudges the size of
   * a table. Where the database can take a list, the statement is the same for any number of values.
   * @param query one table, asked for `isOneOf(column)` beside what else makes it unique
   * @param values text that is well-formed
   */
  rowsOf<Table extends keyof HufuTables, Row>(
    db: Db,
    values: readonly string[],
    query: (isOneOf: IsOneOf) => SelectQueryBuilder<HufuTables, Table, Row>,
  ): Promise<readonly Row[]>;
  /**
   * `column = value`, for a column that may be null in most rows. After an `analyze` SQLite counts null as a value like any other:
   * for such a column it would scan the table instead of searching the index.
   */
  equalsNullable(column: string, value: unknown): RawBuilder<SqlBool>;
  /** Makes the writing connection ready for many large units, until it is closed. Default: nothing to do. */
  readonly prepareForMany?: RawBuilder<unknown>;
  /** Answers one row if there is a table of this name where Hufu's are or would be made. */
  tableNamed(name: string): RawBuilder<unknown>;
  /** How many sessions are read or changed at once; absent where units share a transaction anyway. */
  readonly batches?: (db: Db, differences: Differences) => BatchStatements;
  readonly columns: ColumnTypes;
  createAdapter(): DialectAdapter;
  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector;
  createQueryCompiler(): QueryCompiler;
}

/** What batches need of an open database. */
export interface BatchDatabase {
  /** Connections that the pool opens at most, where it says so. */
  readonly poolSize: number | undefined;
  /** Counts a call from its arrival, so that a close waits for it. Rejects after the close. */
  begun<Result>(work: () => Promise<Result>): Promise<Result>;
  /** For readings. A lost race is thrown, as `LostRaceError`, and nothing is run again. */
  readonly reader: Db;
  /** A change that is run once: so are its lost races. */
  once<Result>(unit: (db: Db) => Promise<Result>, isUnit: boolean): Promise<Result>;
  /** A single statement, run again after a lost race. */
  alone<Result>(unit: (db: Db) => Promise<Result>): Promise<Result>;
}

/** The check of a database's settings, as readings that can be sent beside others. */
export interface CheckReadings {
  readonly readings: readonly Reading<unknown>[];
  findings(answerOf: AnswerOf): readonly DatabaseFinding[];
}

/**
 * An open database. Errors of its driver arrive as `HufuError("store_unavailable")` or, for a broken uniqueness,
 * as `UniqueViolation`.
 */
export interface SqlDatabase {
  readonly differences: Differences;
  /** For single statements that read what is committed. */
  readonly reader: Db;
  /**
   * Runs a unit of work: all of it or nothing, durable when the promise resolves. A unit awaits only its own
   * statements and may be run again from its beginning.
   * @throws what the unit throws, untouched; `store_unavailable`, with `CommitUnknownError` as its cause if the commit
   * itself failed
   */
  write<Result>(unit: (db: Db) => Promise<Result>): Promise<Result>;
  /** The same for a unit of a single statement, which databases keep whole by themselves: cheaper. */
  writeOne<Result>(unit: (db: Db) => Promise<Result>): Promise<Result>;
  /** Several changes of a unit as one message; absent where a statement costs no way to a server. */
  readonly sendTogether?: SendTogether | undefined;
  /** Runs a migration while no other node migrates the same database. Waits without limit. */
  migrate<Result>(run: (db: Db) => Promise<Result>): Promise<Result>;
  /** What of this database's settings must be changed, and what should be. Default: nothing. */
  readonly check?: () => Promise<readonly DatabaseFinding[]>;
  /** Several readings as one message, before anything else is asked; absent where a statement costs no way to a server. */
  readonly readTogether?: ReadTogether | undefined;
  /** The same check as readings for that message. */
  readonly checkReadings?: (() => CheckReadings) | undefined;
  /** How nodes notify each other, where the database can. */
  readonly hints?: Hints | undefined;
  /** How much of the connections is in use; absent where there is no pool. */
  readonly poolUse?: (() => PoolUse) | undefined;
  /** For calls that arrive together; absent where units share a transaction anyway. */
  readonly batches?: BatchDatabase | undefined;
  /** Ends after the units that wait. */
  close(): Promise<void>;
}

/** A row would have repeated what must be unique. */
export class UniqueViolation extends Error {
  override readonly name = "UniqueViolation";
  /** `table.column`, several joined by a comma; of a server that names the index only, what its name says. */
  readonly where: string;

  constructor(where: string, cause: unknown) {
    super(`not unique: ${where}`, { cause });
    this.where = where;
  }
}
