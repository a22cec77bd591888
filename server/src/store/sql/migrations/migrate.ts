import { type CompiledQuery, type Dialect, DummyDriver, Kysely, type QueryResult, sql } from "kysely";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import { migrations } from "./migrations.ts";

const TABLE = "hufu_migration";

/** The names of the migrations that this database lacks, in order. One that only a newer version knows is no lack. */
export async function pending(db: Db, differences: Differences): Promise<readonly string[]> {
  const applied = new Set<string>();
  if ((await differences.tableNamed(TABLE).execute(db)).rows.length > 0) {
    for (const { name } of (await db.executeQuery(selectApplied(db))).rows) applied.add(name);
  }
  return missingBeside(applied, differences);
}

/** The names of the migrations that were applied; refused where none ever was. */
export function selectApplied(db: Db): CompiledQuery<{ readonly name: string }> {
  return sql<{ readonly name: string }>`select name from ${sql.table(TABLE)}`.compile(db);
}

export function missingBeside(applied: ReadonlySet<string>, differences: Differences): readonly string[] {
  return Object.keys(migrations(differences.columns)).filter((name) => !applied.has(name));
}

/** Applies what is missing and answers the names. Of nodes that do so at once, one migrates. */
export function migrate({ differences, migrate: alone }: SqlDatabase): Promise<readonly string[]> {
  return alone(async (db) => {
    const missing = await pending(db, differences);
    const [time] = (await sql<{ now: number }>`select ${differences.now} as now`.execute(db)).rows;
    if (missing.length > 0) await carryOut(db, differences, missing, new Date(time?.now ?? 0).toISOString());
    return missing;
  });
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
  await carryOut(new Kysely<unknown>({ dialect: recordingDialect(differences, statements) }), differences, names, at);
  return statements;
}

/** Each migration is noted right behind what it did. */
async function carryOut(
  db: Pick<Kysely<unknown>, "schema" | "getExecutor">,
  differences: Differences,
  names: readonly string[],
  at: string,
): Promise<void> {
  const { word, tableEnd } = differences.columns;
  await db.schema
    .createTable(TABLE)
    .ifNotExists()
    .addColumn("name", word, (column) => column.notNull().primaryKey())
    .addColumn("timestamp", word, (column) => column.notNull())
    .modifyEnd(tableEnd)
    .execute();
  const known = migrations(differences.columns);
  for (const name of names) {
    const migration = known[name];
    if (migration === undefined) throw new TypeError(`there is no migration "${name}"`);
    await migration(db);
    await sql`insert into ${sql.table(TABLE)} (name, timestamp) values (${sql.lit(name)}, ${sql.lit(at)})`.execute(db);
  }
}

/** A database that records statements and runs none. */
function recordingDialect(differences: Differences, statements: string[]): Dialect {
  const note = async <Row>(text: string): Promise<QueryResult<Row>> => {
    statements.push(`${text.trimEnd()};`);
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
