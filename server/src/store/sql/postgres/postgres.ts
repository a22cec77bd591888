import {
  type ColumnDefinitionBuilder,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type SelectQueryBuilder,
  sql,
} from "kysely";
import type { PoolUse } from "../../store.ts";
import type { Db, Differences, IsOneOf, SqlDatabase } from "../dialect.ts";
import { createSendTogether } from "../one-message/send-together.ts";
import { createPooledDatabase } from "../pool/pooled-database.ts";
import type { HufuTables } from "../schema.ts";
import { preparePostgresBatches } from "../together/postgres-batches.ts";
import { checkPostgres, type PostgresSituation, postgresCheckReadings } from "./check-postgres.ts";
import { createPostgresConnections } from "./postgres-connection.ts";
import { postgresFault } from "./postgres-faults.ts";
import { createPostgresHints } from "./postgres-hints.ts";
import type { PostgresLimits } from "./postgres-limits.ts";
import type { PostgresPool } from "./postgres-pool.ts";
import { composeForPostgres } from "./postgres-together.ts";

/** "hufu" in ASCII: only another Hufu holds this lock in the same database. */
const MIGRATION_LOCK = 0x68756675;

/** Of the statement's beginning, so that an index on an instant can be used: `clock_timestamp()` could change its mind. */
const NOW = "floor(extract(epoch from statement_timestamp()) * 1000)::bigint";

/** PostgreSQL: text must be told to compare bytes, rows are locked one by one. */
export const postgresDifferences: Differences = Object.freeze<Differences>({
  name: "postgres",
  now: sql.raw<number>(NOW),
  // The first eight digits of a log file's name. A standby cannot say it.
  timeline: sql<number | null>`
    case when pg_is_in_recovery() then null
      else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint end
  `,
  onlyReads: sql<number>`pg_is_in_recovery()::int`,
  equalsNullable: (column, value) => sql`${sql.ref(column)} = ${value}`,
  forUpdate: (query) => query.forUpdate(),
  // With `in` and a table that it believes small, the planner reads all of it and compares each row with every value; a
  // limit keeps it from turning this back into that.
  async rowsOf<Table extends keyof HufuTables, Row>(
    db: Db,
    values: readonly string[],
    query: (isOneOf: IsOneOf) => SelectQueryBuilder<HufuTables, Table, Row>,
  ) {
    const one = query((column) => sql`${sql.ref(column)} = wanted.value`).limit(1);
    const list = sql`unnest(${values}::text[]) as wanted (value)`;
    return (await sql<Row>`select found.* from ${list} cross join lateral ${one} as found`.execute(db)).rows;
  },
  // From the catalogue's rows: after waiting for another node's migration, `to_regclass` still answers what it found
  // before the wait.
  tableNamed: (name) => sql`
    select 1 as found from pg_catalog.pg_tables where tablename = ${name} and schemaname = any (current_schemas(false))
  `,
  batches: preparePostgresBatches,
  columns: Object.freeze({
    word: sql`text collate "C"`,
    text: sql`text`,
    whole: sql`bigint`,
    serial: sql`bigint generated always as identity`,
    serialKey: (column: ColumnDefinitionBuilder) => column.primaryKey().notNull(),
    tableEnd: sql``,
    dropIndex: (index: string) => sql`drop index ${sql.id(index)}`,
  }),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

export interface OpenPostgresOptions {
  /** Set by Hufu on its connections. Default: as the pool's own options have them. */
  readonly limits?: PostgresLimits | undefined;
  /** A pool past any pooler, for LISTEN; ended with the database. Default: none. */
  readonly direct?: PostgresPool | undefined;
  /** Processes with such a pool on this node. Default: 1. */
  readonly processes?: number | undefined;
}

/** PostgreSQL through a pool of `pg`, which from now on belongs to this database. */
export function openPostgres(pool: PostgresPool, options: OpenPostgresOptions = {}): SqlDatabase {
  const { limits, direct, processes } = options;
  const connections = createPostgresConnections(pool, limits);
  // The pool drops idle connections that are lost; without a listener Node would end the process.
  pool.on("error", () => undefined);
  direct?.on("error", () => undefined);

  const database = createPooledDatabase({
    pool: {
      borrow: connections.borrow,
      readTogether: connections.readTogether,
      faultOf: postgresFault,
      end: async () => void (await Promise.all([pool.end(), direct?.end()])),
    },
    poolSize: sizeOf(pool),
    differences: postgresDifferences,
    isAlwaysUnit: () => limits !== undefined && connections.isPooled(),
    migrate: (patient: Db, run) =>
      patient.transaction().execute(async (db) => {
        await sql`set local statement_timeout = 0`.execute(db);
        await sql`set local lock_timeout = 0`.execute(db);
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
        return run(db);
      }),
  });
  const situation: PostgresSituation = {
    isPooled: connections.isPooled,
    hasDirect: direct !== undefined,
    poolSize: sizeOf(pool),
    processes,
  };
  const closing = new AbortController();
  const { poolUse } = database;
  // The one that listens is the pool's, and statements wait for the others.
  let listening = 0;
  const withListening = (use: PoolUse): PoolUse => ({ ...use, inUse: use.inUse + listening });
  return Object.freeze<SqlDatabase>({
    ...database,
    poolUse: poolUse && (() => withListening(poolUse())),
    sendTogether: createSendTogether(composeForPostgres(NOW)),
    hints: createPostgresHints(direct ?? pool, database.reader, {
      closing: closing.signal,
      onHeld(change) {
        if (direct === undefined) listening += change;
      },
      canListen: () => direct !== undefined || !connections.isPooled(),
    }),
    check: () => checkPostgres(database, situation),
    checkReadings: () => postgresCheckReadings(database, situation),
    close: () => {
      // A pool ends when all its connections are back, also the one that listens.
      closing.abort();
      return database.close();
    },
  });
}

/** How many connections the pool opens at most, where it says so. */
function sizeOf(pool: PostgresPool): number | undefined {
  const most: unknown = pool.options?.max;
  return typeof most === "number" ? most : undefined;
}
