import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { Client } from "pg";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import { mountSmallDisk } from "../infrastructure/small-disk.fixture.ts";
import { type DatabaseOnDisk, servesOnFullDisk } from "./full-disk.fixture.ts";

/** The tables alone: a full disk under its log stops PostgreSQL altogether, as when it is killed. */
async function postgresOnDisk(t: TestContext): Promise<DatabaseOnDisk> {
  const disk = mountSmallDisk(24, "postgres");
  t.after(disk.close);
  const server = await startPostgresServer();
  t.after(server.close);
  const client = new Client({ host: "127.0.0.1", port: server.port, user: "postgres", database: "postgres" });
  await client.connect();
  await client.query(`create tablespace small location '${disk.folder}'`);
  await client.query("create database hufu tablespace small");
  await client.end();
  return { disk, url: `postgres://postgres@127.0.0.1:${server.port}/hufu`, everyWriteNeedsSpace: false };
}

/** A folder of MariaDB's data is a database. */
async function mariadbOnDisk(t: TestContext): Promise<DatabaseOnDisk> {
  const disk = mountSmallDisk(8, "mysql");
  t.after(disk.close);
  const server = await startMariadbServer({
    flags: (folder) => {
      symlinkSync(disk.folder, join(folder, "data", "hufu"));
      return [];
    },
  });
  t.after(server.close);
  return { disk, url: `mysql://root@127.0.0.1:${server.port}/hufu`, everyWriteNeedsSpace: false };
}

describe("a full disk", { concurrency: true }, () => {
  for (const [name, make] of [
    ["PostgreSQL", postgresOnDisk],
    ["MariaDB", mariadbOnDisk],
  ] as const) {
    const title = `${name}: what must write is 503, all else is answered, and it recovers by itself`;
    test(title, async (t) => servesOnFullDisk(t, await make(t)));
  }
});
