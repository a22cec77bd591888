import {
  type ColumnDefinitionBuilder,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from "kysely";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import { createPooledDatabase } from "../pool/pooled-database.ts";
import type { Patience, ServerConnection } from "../pool/server-pool.ts";
import { createStatementNames } from "../statements/statement-names.ts";
import { postgresFault } from "./postgres-faults.ts";
import { createPostgresHints } from "./postgres-hints.ts";
import type { PostgresClient, PostgresPool, PostgresQuery } from "./postgres-pool.ts";

/** Longer than the server's own `statement_timeout`: this one is for a server that says nothing at all. */
const ANSWER_MS = 6000;
/** For a migration, which waits for those of other nodes. */
const MIGRATION_MS = 600_000;
/** "hufu" in ASCII: who else holds this lock in the same database is another Hufu. */
const MIGRATION_LOCK = 0x68756675;

/** PostgreSQL: text must be told to compare bytes, rows are locked one by one. */
export const postgresDifferences: Differences = Object.freeze<Differences>({
  name: "postgres",
  // Of the statement's beginning, so that an index on an instant can be used: `clock_timestamp()` could change its mind.
  now: sql<number>`floor(extract(epoch from statement_timestamp()) * 1000)::bigint`,
  forUpdate: (query) => query.forUpdate(),
  // Read from the catalogue's rows: who has waited for another one's migration would ask `to_regclass` in vain, which
  // remembers from before the wait that there is no such table.
  tableNamed: (name) => sql`
    select 1 as found from pg_catalog.pg_tables where tablename = ${name} and schemaname = any (current_schemas(false))
  `,
  columns: Object.freeze({
    word: sql`text collate "C"`,
    text: sql`text`,
    whole: sql`bigint`,
    serial: sql`bigint generated always as identity`,
    serialKey: (column: ColumnDefinitionBuilder) => column.primaryKey().notNull(),
    tableEnd: sql``,
  }),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

/** PostgreSQL through a pool of `pg`, which from now on belongs to this database. */
export function openPostgres(pool: PostgresPool): SqlDatabase {
  const seen = new WeakSet<PostgresClient>();
  const names = createStatementNames("hufu_");
  // The pool drops idle connections that are lost; without a listener Node would end the process.
  pool.on("error", () => undefined);

  async function meet(client: PostgresClient): Promise<void> {
    // So does one that is lost between two statements; the next statement tells.
    client.on("error", () => undefined);
    try {
      const { rows } = await client.query({
        ...query(undefined, "show transaction_read_only", []),
        query_timeout: ANSWER_MS,
      });
      // A standby would answer what was true some time ago.
      if (JSON.stringify(rows).includes('"on"')) throw new Error("the server only reads: it is not the primary");
    } catch (error) {
      client.release(true);
      throw error;
    }
    seen.add(client);
  }

  async function borrow(patience: Patience): Promise<ServerConnection> {
    const client = await pool.connect();
    if (!seen.has(client)) await meet(client);
    const query_timeout = patience === "soon" ? ANSWER_MS : MIGRATION_MS;
    return {
      run: async <Row>(text: string, values: readonly unknown[]) => {
        const { rows, rowCount, command } = await client.query({ ...query(names(text), text, values), query_timeout });
        return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0), command };
      },
      release: (isBroken) => client.release(isBroken),
    };
  }

  const database = createPooledDatabase({
    pool: { borrow, faultOf: postgresFault, end: () => pool.end() },
    differences: postgresDifferences,
    // Whatever the server's default: units lock what they depend on, and read what is committed by then.
    begin: "begin isolation level read committed",
    migrate: (patient: Db, run) =>
      patient.transaction().execute(async (db) => {
        await sql`set local statement_timeout = 0`.execute(db);
        await sql`set local lock_timeout = 0`.execute(db);
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
        return run(db);
      }),
  });
  const closing = new AbortController();
  return Object.freeze<SqlDatabase>({
    ...database,
    hints: createPostgresHints(pool, database.reader, { closing: closing.signal }),
    close: () => {
      // A pool ends when all its connections are back, also the one that listens.
      closing.abort();
      return database.close();
    },
  });
}

function query(
  name: string | undefined,
  text: string,
  values: readonly unknown[],
): Omit<PostgresQuery, "query_timeout"> {
  return { ...(name === undefined ? {} : { name }), text, values: [...values], types: TYPES };
}

const WHOLE_NUMBERS: ReadonlySet<number> = new Set([20, 21, 23]);
const asText = (text: string): string => text;

/** Numbers below 2^53 as numbers; everything else that Hufu stores is text. */
const TYPES: PostgresQuery["types"] = Object.freeze({
  getTypeParser: (type: number) => (WHOLE_NUMBERS.has(type) ? Number : asText),
});
