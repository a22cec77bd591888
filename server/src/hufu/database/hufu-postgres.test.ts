import assert from "node:assert/strict";
import { after, test } from "node:test";
import { systemClock } from "../../core/time/clock.ts";
import { poolOf } from "../../store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../store/sql/postgres/postgres-server.fixture.ts";
import { checkDatabaseUrl, openStoreAt } from "./open-database.ts";
import { oneOfTenMigrates } from "./starting.fixture.ts";

const server = await startPostgresServer();
after(() => server.close());

async function emptyDatabase(name: string): Promise<string> {
  const admin = poolOf(server.port, { max: 1 });
  await admin.query(`create database ${name}`);
  await admin.end();
  return `postgres://postgres@127.0.0.1:${server.port}/${name}`;
}

test("of ten processes that start at once on an empty database one migrates, and all start", async () => {
  await oneOfTenMigrates(`${await emptyDatabase("ten")}?pool=2`);
});

test("the size of the pool is the URL's word, and everything else goes to the driver", async () => {
  const url = await emptyDatabase("pools");
  const admin = poolOf(server.port, { max: 1 });
  const store = await openStoreAt(`${url}?pool=3&application_name=pools`, { clock: systemClock, entryLifeMs: 1000 });
  await Promise.all(Array.from({ length: 40 }, () => store.ping()));
  const { rows } = await admin.query<{ used: string }>(
    "select count(*) as used from pg_stat_activity where application_name = 'pools'",
  );
  assert.equal(rows[0]?.used, "3");
  await store.close();
  await admin.end();
});

test("a server whose default is serialisable changes nothing", async () => {
  const url = await emptyDatabase("serialisable");
  const admin = poolOf(server.port, { max: 1 });
  await admin.query("alter database serialisable set default_transaction_isolation = 'serializable'");
  await admin.end();
  const store = await openStoreAt(url, { clock: systemClock, entryLifeMs: 1000 });
  const counts = await Promise.all(Array.from({ length: 40 }, () => store.hot.count("many", 600_000)));
  assert.equal(Math.max(...counts), 40);
  assert.equal(new Set(counts).size, 40);
  await store.close();
});

test("URLs that make no sense are refused before anything is opened, without a word of them", async () => {
  for (const url of [
    "postgres://user:a-password@127.0.0.1/hufu?pool=1",
    "postgres://user:a-password@127.0.0.1/hufu?pool=many",
    "postgres://user:a-password@127.0.0.1:port/hufu",
    "http://user:a-password@127.0.0.1/hufu",
    "sqlite:",
    "a-password",
  ]) {
    await assert.rejects(checkDatabaseUrl(url), (error) => {
      assert.ok(error instanceof TypeError && /^database: /.test(error.message), url);
      return !error.message.includes("a-password");
    });
  }
});

test("a user with the rights that the guide names can do it all, in a schema of its own", async () => {
  const url = await emptyDatabase("rights");
  const admin = poolOf(server.port, { max: 1, database: "rights" });
  await admin.query("create role hufu login; create schema hufu authorization hufu");
  await admin.end();
  const asHufu = url.replace("postgres@", "hufu@");
  // PostgreSQL looks into the schema that is called like the user before it looks into public.
  const store = await openStoreAt(asHufu, { clock: systemClock, entryLifeMs: 1000 });
  assert.equal(await store.hot.count("one", 1000), 1);
  await store.close();
});
