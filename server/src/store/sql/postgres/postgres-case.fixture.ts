import type { TestContext } from "node:test";
import { Pool, type PoolConfig } from "pg";
import type { StoreHarness } from "../../contract/contract-case.ts";
import type { Store } from "../../store.ts";
import { openPostgresStore } from "./open-postgres-store.ts";

export const ENTRY_LIFE_MS = 720_000;

/** A pool as Hufu makes them; the caller ends it. */
export function poolOf(port: number, config: PoolConfig = {}): Pool {
  return new Pool({
    host: "127.0.0.1",
    port,
    user: "postgres",
    database: "postgres",
    connectionTimeoutMillis: 10_000,
    ...config,
  });
}

/** A case's own place in the server. */
export interface PostgresCase extends StoreHarness {
  readonly schema: string;
  /** A pool for one that works in the schema; the one that it is given to ends it. */
  pool(config?: PoolConfig): Pool;
}

let cases = 0;

/** A schema of the case's own, whose time the case decides. */
export async function postgresCase(t: TestContext, port: number): Promise<PostgresCase> {
  cases += 1;
  const schema = `case_${cases}`;
  const admin = poolOf(port, { max: 2 });
  await admin.query(`
    create schema ${schema};
    create table ${schema}.test_time (at timestamptz);
    insert into ${schema}.test_time values (to_timestamp(1790000000));
    create function ${schema}.statement_timestamp() returns timestamptz stable language sql
      as 'select at from ${schema}.test_time';
  `);
  const opened: Store[] = [];
  t.after(async () => {
    for (const store of opened) await store.close();
    await admin.query(`drop schema ${schema} cascade`);
    await admin.end();
  });
  // The case's schema comes first, and its time before the server's own.
  const pool = (config: PoolConfig = {}): Pool =>
    poolOf(port, { max: 6, options: `-c search_path=${schema},pg_catalog`, ...config });
  return {
    schema,
    pool,
    open: async () => {
      const store = await openPostgresStore({ pool: pool(), entryLifeMs: ENTRY_LIFE_MS });
      opened.push(store);
      return store;
    },
    advance: async (ms) => {
      await admin.query(`update ${schema}.test_time set at = at + $1 * interval '1 millisecond'`, [ms]);
    },
    dump: () => dumpOf(admin, schema),
  };
}

/** Every row of every table, past the store that is tested. */
async function dumpOf(admin: Pool, schema: string): Promise<Readonly<Record<string, unknown>>> {
  const tables = await admin.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = $1 and tablename <> 'test_time' order by 1",
    [schema],
  );
  const dump: Record<string, unknown> = {};
  for (const { name } of tables.rows) {
    dump[name] = (await admin.query(`select * from ${schema}.${name} as row order by row::text collate "C"`)).rows;
  }
  return dump;
}
