import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../../core/time/clock.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import type { Store } from "../../store.ts";
import type { Differences } from "../dialect.ts";
import { ENTRY_LIFE_MS, poolOf as mariadbPool } from "../mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../mysql/mariadb-server.fixture.ts";
import { mysqlDifferences } from "../mysql/mysql.ts";
import { openMysqlStore } from "../mysql/open-mysql-store.ts";
import { openPostgresStore } from "../postgres/open-postgres-store.ts";
import { postgresDifferences } from "../postgres/postgres.ts";
import { poolOf as postgresPool } from "../postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../postgres/postgres-server.fixture.ts";
import { openSqliteStore } from "../sqlite/open-sqlite-store.ts";
import { sqliteDifferences } from "../sqlite/sqlite.ts";
import { sqlOf } from "./migrate.ts";

/** The migrations that were released, each with its SQL in `frozen/`. A new one is added here when it is released. */
const RELEASED = ["0001-first-tables"] as const;
const AT = "2026-11-27T00:00:00.000Z";
/** Opens today's store on a database that was made by hand from the released SQL. */
type OpenOn = (t: TestContext, made: string) => Promise<Store>;

function frozen(name: string, differences: Differences): string {
  return readFileSync(new URL(`frozen/${name}.${differences.name}.sql`, import.meta.url), "utf8");
}

const onSqlite: OpenOn = async (t, made) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-frozen-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "hufu.db");
  const database = new DatabaseSync(file);
  database.exec(made);
  database.close();
  return openSqliteStore({ file, clock: systemClock, entryLifeMs: ENTRY_LIFE_MS });
};

const onPostgres: OpenOn = async (t, made) => {
  const server = await startPostgresServer();
  t.after(() => server.close());
  const pool = postgresPool(server.port);
  await pool.query(made);
  return openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
};

const onMariadb: OpenOn = async (t, made) => {
  const server = await startMariadbServer();
  t.after(() => server.close());
  const admin = mariadbPool(server.port, { connectionLimit: 1, multipleStatements: true });
  await admin.query(`create database hufu; use hufu; ${made}`);
  await admin.end();
  const pool = mariadbPool(server.port, { database: "hufu" });
  return openMysqlStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
};

const dialects: readonly (readonly [Differences, OpenOn])[] = [
  [sqliteDifferences, onSqlite],
  [postgresDifferences, onPostgres],
  [mysqlDifferences, onMariadb],
];

for (const [differences, openOn] of dialects) {
  test(`${differences.name}: what was released never changes`, async () => {
    for (const name of RELEASED) {
      const words = await sqlOf(differences, [name], AT);
      assert.equal(`${words.join("\n")}\n`, frozen(name, differences), `${name} must not change: add a migration`);
    }
  });

  test(`${differences.name}: today's store starts on a database of version 1 (F29)`, async (t) => {
    const store = await openOn(t, frozen(RELEASED[0], differences));
    const { session, user } = (await signIn(store)).facts;
    assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
    assert.equal((await store.sessions.findForMint(session.id))?.user.id, user.id);
    assert.equal(await store.hot.claim("mark", "me", 1000), true);
    const { ended } = await store.sessions.end({ sid: session.id }, { why: "logged_out", by: user.id }, () => ({}));
    assert.equal(ended.length, 1);
    await store.close();
  });
}
