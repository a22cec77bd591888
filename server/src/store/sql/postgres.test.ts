import { after, describe, type TestContext, test } from "node:test";
import { Pool, type PoolConfig } from "pg";
import type { StoreHarness } from "../contract.ts";
import { storeCases } from "../store.contract.ts";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./open-postgres-store.ts";
import { startPostgresServer } from "./postgres-server.testing.ts";

const ENTRY_LIFE_MS = 720_000;
const server = await startPostgresServer();
const admin = poolOf({ max: 4 });
after(async () => {
  await admin.end();
  await server.close();
});

function poolOf(config: PoolConfig): Pool {
  return new Pool({ host: "127.0.0.1", port: server.port, user: "postgres", database: "postgres", ...config });
}

let cases = 0;

/** A schema of the case's own, whose time the case decides. */
async function harness(t: TestContext): Promise<StoreHarness & { readonly schema: string }> {
  cases += 1;
  const schema = `case_${cases}`;
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
  });
  return {
    schema,
    open: async () => {
      // The case's schema comes first, and its time before the server's own.
      const pool = poolOf({ max: 6, options: `-c search_path=${schema},pg_catalog` });
      const store = await openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
      opened.push(store);
      return store;
    },
    advance: async (ms) => {
      await admin.query(`update ${schema}.test_time set at = at + $1 * interval '1 millisecond'`, [ms]);
    },
    dump: () => dumpOf(schema),
  };
}

/** Every row of every table, past the store that is tested. */
async function dumpOf(schema: string): Promise<Readonly<Record<string, unknown>>> {
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

for (const [port, all] of Object.entries(storeCases)) {
  describe(`PostgreSQL: the contract of ${port}`, () => {
    for (const one of all) test(one.name, async (t) => one.run(await harness(t)));
  });
}
