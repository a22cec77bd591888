import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import type { DatabaseServer } from "../../store/sql/database-server.fixture.ts";
import { poolOf as mariadbPool } from "../../store/sql/mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../../store/sql/mysql/mariadb-server.fixture.ts";
import { poolOf as postgresPool } from "../../store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../store/sql/postgres/postgres-server.fixture.ts";
import { deployment, refreshWith, runHufu, signInWith, startHufu } from "../hufu.fixture.ts";

const PASSWORD = "a-database-password-4711";

/** A server with an empty database, and its URL. */
interface Place {
  readonly server: DatabaseServer;
  readonly database: string;
}

async function onPostgres(): Promise<Place> {
  const server = await startPostgresServer();
  const admin = postgresPool(server.port, { max: 1 });
  await admin.query("create database shop");
  await admin.end();
  return { server, database: `postgres://postgres:${PASSWORD}@127.0.0.1:${server.port}/shop` };
}

async function onMariadb(): Promise<Place> {
  const server = await startMariadbServer();
  const admin = mariadbPool(server.port, { connectionLimit: 1 });
  await admin.query("create database shop");
  await admin.query(`create user hufu identified by '${PASSWORD}'`);
  await admin.query("grant all on shop.* to hufu");
  await admin.end();
  return { server, database: `mysql://hufu:${PASSWORD}@127.0.0.1:${server.port}/shop` };
}

async function liveOn(t: TestContext, { server, database }: Place): Promise<void> {
  t.after(() => server.close());
  const where = await deployment(t, { database });
  const run = (...args: string[]) => runHufu([...args, "--config", "hufu.json"], where);

  assert.match((await run("migrate", "--check")).err, /lacks 0001-first-tables.*; run hufu migrate/);
  assert.match((await run("migrate", "--sql")).out, /create table ["`]hufu_users["`] .*(?:collate "C"|varbinary)/);
  const migrated = await run("migrate");
  assert.equal(migrated.code, 0, migrated.err);
  assert.match(
    migrated.out,
    /^Migrated (?:postgres|mysql):\/\/127\.0\.0\.1:\d+\/shop:\n {2}0001-first-tables\n(?: {2}\d{4}-[a-z-]+\n)+$/,
  );
  assert.equal((await run("migrate", "--check")).code, 0);

  const nodes = [
    await startHufu(["serve", "--config", "hufu.json"], where),
    await startHufu(["serve", "--config", "hufu.json"], where),
  ] as const;
  const [one, other] = nodes;
  const alice = await signInWith(one.address, where.platform.issueCode({ user: "alice" }));
  assert.equal(alice.status, 200, JSON.stringify(alice.body));
  const refreshed = await refreshWith(other.address, String(alice.body["refresh_token"]));
  assert.equal(refreshed.status, 200);

  assert.match((await run("keys", "list")).out, /signing/);
  assert.equal((await run("secrets", "rotate")).code, 0);

  await server.crash();
  const away = await refreshWith(one.address, String(refreshed.body["refresh_token"]));
  assert.deepEqual([away.status, away.body["reason"]], [503, "store_unavailable"]);
  const failed = await run("keys", "list");
  assert.equal(failed.code, 1);
  assert.match(failed.err, /the database cannot be used: .*ECONNREFUSED/);
  await server.start();
  await until(async () => {
    const { status } = await refreshWith(other.address, String(refreshed.body["refresh_token"]));
    if (status !== 200) assert.equal(status, 503, "an outage is no reason to sign anybody out");
    return status === 200;
  });

  for (const node of nodes) {
    node.child.kill("SIGTERM");
    const { code, out, err } = await node.ended;
    assert.equal(code, 0, err);
    assert.ok(!`${out}${err}`.includes(PASSWORD));
  }
  assert.ok(!`${failed.err}${migrated.out}`.includes(PASSWORD));
}

test("a deployment on PostgreSQL: migrate, serve on two nodes, keys, secrets, an outage, and no password anywhere", async (t) =>
  liveOn(t, await onPostgres()));
test("the same on MariaDB", async (t) => liveOn(t, await onMariadb()));
