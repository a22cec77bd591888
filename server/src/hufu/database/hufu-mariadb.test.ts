import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { RowDataPacket } from "mysql2/promise";
import { systemClock } from "../../core/time/clock.ts";
import { poolOf } from "../../store/sql/mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../../store/sql/mysql/mariadb-server.fixture.ts";
import { openStoreAt } from "./open-database.ts";
import { oneOfTenMigrates } from "./starting.fixture.ts";

const server = await startMariadbServer();
after(() => server.close());

async function tell(sql: string): Promise<RowDataPacket[]> {
  const admin = poolOf(server.port, { connectionLimit: 1 });
  const [rows] = await admin.query<RowDataPacket[]>(sql);
  await admin.end();
  return rows;
}

async function emptyDatabase(name: string): Promise<string> {
  await tell(`create database ${name}`);
  return `mysql://root@127.0.0.1:${server.port}/${name}`;
}

test("of ten processes that start at once on an empty database one migrates, and all start", async () => {
  await oneOfTenMigrates(`${await emptyDatabase("ten")}?pool=2`);
});

test("the size of the pool is the URL's word, and mariadb:// is another name", async () => {
  const url = (await emptyDatabase("pools")).replace("mysql:", "mariadb:");
  const store = await openStoreAt(`${url}?pool=3`, { clock: systemClock, entryLifeMs: 1000 });
  await Promise.all(Array.from({ length: 40 }, () => store.ping()));
  const [used] = await tell("select count(*) as used from information_schema.processlist where db = 'pools'");
  assert.equal(used?.["used"], 3);
  await store.close();
});

test("a user with the rights that the guide names can do it all", async () => {
  const url = await emptyDatabase("rights");
  await tell("create user hufu identified by 'a-test-password'");
  await tell("grant select, insert, update, delete, create, alter, index, references on rights.* to hufu");
  const asHufu = url.replace("root@", "hufu:a-test-password@");
  const store = await openStoreAt(asHufu, { clock: systemClock, entryLifeMs: 1000 });
  assert.equal(await store.hot.count("one", 1000), 1);
  await store.close();
});
