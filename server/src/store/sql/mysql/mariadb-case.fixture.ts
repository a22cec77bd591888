import type { TestContext } from "node:test";
import { createPool, type Pool, type PoolOptions, type RowDataPacket } from "mysql2/promise";
import type { StoreHarness } from "../../contract/contract-case.ts";
import type { Store } from "../../store.ts";
import type { MysqlPool } from "./mysql-pool.ts";
import { openMysqlStore } from "./open-mysql-store.ts";

export const ENTRY_LIFE_MS = 720_000;

/** A pool of the test's own; the caller ends it. */
export function poolOf(port: number, options: PoolOptions = {}): Pool {
  return createPool({ host: "127.0.0.1", port, user: "root", ...options });
}

/** A case's own place in the server. */
export interface MariadbCase extends StoreHarness {
  readonly name: string;
  /** A pool for one that works in the database, in the case's own time; the one that it is given to ends it. */
  pool(options?: PoolOptions): MysqlPool;
  /** For statements past the store. */
  readonly admin: Pool;
}

let cases = 0;

/** A database of the case's own, whose time the case decides. */
export async function mariadbCase(t: TestContext, port: number): Promise<MariadbCase> {
  cases += 1;
  const name = `case_${cases}`;
  const maker = poolOf(port, { connectionLimit: 1 });
  await maker.query(`create database ${name}`);
  const admin = poolOf(port, { connectionLimit: 2, database: name });
  let time = 1_790_000_000_000;
  const opened: Store[] = [];
  t.after(async () => {
    for (const store of opened) await store.close();
    await admin.end();
    await maker.query(`drop database ${name}`);
    await maker.end();
  });
  const pool = (options: PoolOptions = {}): MysqlPool => {
    const real = poolOf(port, { connectionLimit: 6, database: name, ...options });
    const inTime = {
      getConnection: async () => {
        const connection = await real.getConnection();
        // What now() says on this connection.
        await connection.query(`set timestamp = ${time / 1000}`);
        return connection;
      },
      end: () => real.end(),
      execute: () => undefined,
    };
    return inTime;
  };
  return {
    name,
    admin,
    pool,
    open: async () => {
      const store = await openMysqlStore({ pool: pool(), entryLifeMs: ENTRY_LIFE_MS });
      opened.push(store);
      return store;
    },
    advance: async (ms) => {
      time += ms;
    },
    dump: () => dumpOf(admin, name),
  };
}

/** Every row of every table, past the store that is tested. */
async function dumpOf(admin: Pool, name: string): Promise<Readonly<Record<string, unknown>>> {
  const [tables] = await admin.query<RowDataPacket[]>(
    "select table_name as name from information_schema.tables where table_schema = ? order by 1",
    [name],
  );
  const dump: Record<string, unknown> = {};
  for (const table of tables) {
    const [rows] = await admin.query<RowDataPacket[]>(`select * from ${table["name"]}`);
    dump[table["name"]] = rows.map((row) => JSON.stringify(row)).toSorted();
  }
  return dump;
}
