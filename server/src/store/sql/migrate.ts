import { type Dialect, DummyDriver, Kysely, type QueryResult, sql } from "kysely";
import { Migrator } from "kysely/migration";
import type { Db, Differences } from "./dialect.ts";
import { migrations } from "./migrations.ts";

const TABLE = "hufu_migration";
const LOCK_TABLE = "hufu_migration_lock";

/** The names of the migrations that this database lacks, in order. One that only a newer version knows is no lack. */
export async function pending(db: Db, differences: Differences): Promise<readonly string[]> {
  const applied = new Set<string>();
  const tables = await db.introspection.getTables();
  if (tables.some((table) => table.name === TABLE)) {
    const rows = await sql<{ name: string }>`select name from ${sql.table(TABLE)}`.execute(db);
    for (const row of rows.rows) applied.add(row.name);
  }
  return Object.keys(migrations(differences.columns)).filter((name) => !applied.has(name));
}

/**
 * Applies what is missing and answers the names. The caller holds a lock (a unit of work, or the dialect's migration
 * lock), so that nodes that start at once migrate once.
 */
export async function migrate(db: Db, differences: Differences): Promise<readonly string[]> {
  const missing = await pending(db, differences);
  // Kysely refuses a database that knows more than we do; a node of the previous version must still start.
  if (missing.length === 0) return missing;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations(differences.columns) }) },
    migrationTableName: TABLE,
    migrationLockTableName: LOCK_TABLE,
  });
  const { error } = await migrator.migrateToLatest({ disableTransactions: true });
  if (error !== undefined) throw error;
  return missing;
}

/**
 * The statements that `names` stand for, for an administrator who runs them by hand: they also note that they were run.
 * @param at ISO time to note
 */
export async function sqlOf(
  differences: Differences,
  names: readonly string[],
  at: string,
): Promise<readonly string[]> {
  const statements: string[] = [];
  const recorder = new Kysely<unknown>({ dialect: recordingDialect(differences, statements) });
  await recorder.schema
    .createTable(TABLE)
    .ifNotExists()
    .addColumn("name", "varchar(255)", (column) => column.notNull().primaryKey())
    .addColumn("timestamp", "varchar(255)", (column) => column.notNull())
    .execute();
  const known = migrations(differences.columns);
  for (const name of names) {
    const migration = known[name];
    if (migration === undefined) throw new TypeError(`there is no migration "${name}"`);
    await migration.up(recorder);
    await sql`insert into ${sql.table(TABLE)} (name, timestamp) values (${sql.lit(name)}, ${sql.lit(at)})`.execute(
      recorder,
    );
  }
  return statements;
}

/** A database that writes down what it is told and does nothing. */
function recordingDialect(differences: Differences, statements: string[]): Dialect {
  const note = async <Row>(text: string): Promise<QueryResult<Row>> => {
    statements.push(`${text};`);
    return { rows: [] };
  };
  const driver = new DummyDriver();
  return {
    createAdapter: () => differences.createAdapter(),
    createDriver: () => ({
      init: () => driver.init(),
      acquireConnection: async () => ({
        executeQuery: (query) => note(query.sql),
        streamQuery: () => {
          throw new TypeError("a migration does not stream");
        },
      }),
      beginTransaction: () => driver.beginTransaction(),
      commitTransaction: () => driver.commitTransaction(),
      rollbackTransaction: () => driver.rollbackTransaction(),
      releaseConnection: () => driver.releaseConnection(),
      destroy: () => driver.destroy(),
    }),
    createIntrospector: (db) => differences.createIntrospector(db),
    createQueryCompiler: () => differences.createQueryCompiler(),
  };
}
