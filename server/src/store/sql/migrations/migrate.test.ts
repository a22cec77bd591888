import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../../core/time/clock.ts";
import type { SqlDatabase } from "../dialect.ts";
import { openSqlite, sqliteDifferences } from "../sqlite/sqlite.ts";
import { migrate, pending, sqlOf } from "./migrate.ts";

const AT = "2026-11-22T00:00:00.000Z";

function temporaryDatabase(t: TestContext): { readonly file: string; readonly database: SqlDatabase } {
  const folder = mkdtempSync(join(tmpdir(), "hufu-migrate-"));
  const file = join(folder, "hufu.db");
  const database = openSqlite(file, systemClock);
  t.after(async () => {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { file, database };
}

function contentOf(file: string): unknown {
  const database = new DatabaseSync(file);
  const schema = database.prepare("select type, name, tbl_name, sql from sqlite_schema order by type, name").all();
  const columns = schema
    .filter(({ type }) => type === "table")
    .map(({ name }) => database.prepare("select * from pragma_table_info(?)").all(String(name)));
  const rows = ["hufu_policy", "hufu_counters"].map((name) => database.prepare(`select * from ${name}`).all());
  database.close();
  return { schema, columns, rows };
}

/** Every migration, in order. */
const NAMES = [
  "0001-first-tables",
  "0002-indexes-of-sign-in",
  "0003-phones",
  "0004-audit-chain",
  "0005-tickets",
  "0006-administration",
  "0007-banned-identities",
  "0008-identity-moves",
  "0009-higher-acr",
  "0010-redundant-index",
  "0011-webhooks",
];

test("an empty database lacks every migration, and a migrated one none", async (t) => {
  const { database } = temporaryDatabase(t);
  const { reader } = database;
  assert.deepEqual(await pending(reader, sqliteDifferences), NAMES);
  assert.deepEqual(await migrate(database), NAMES);
  assert.deepEqual(await pending(reader, sqliteDifferences), []);
  assert.deepEqual(await migrate(database), []);
});

test("a database that knows more migrations than this version is left as it is", async (t) => {
  const { file, database } = temporaryDatabase(t);
  await migrate(database);
  const tool = new DatabaseSync(file);
  tool.exec(`insert into hufu_migration (name, timestamp) values ('9999-later', '${AT}')`);
  tool.close();
  assert.deepEqual(await migrate(database), []);
});

test("the printed statements make the same database, and it counts as migrated", async (t) => {
  const byHand = temporaryDatabase(t);
  const byHufu = temporaryDatabase(t);
  await migrate(byHufu.database);

  const statements = await sqlOf(sqliteDifferences, await pending(byHand.database.reader, sqliteDifferences), AT);
  const tool = new DatabaseSync(byHand.file);
  tool.exec(statements.join("\n"));
  tool.close();

  assert.deepEqual(contentOf(byHand.file), contentOf(byHufu.file));
  assert.deepEqual(await pending(byHand.database.reader, sqliteDifferences), []);
  assert.deepEqual(await migrate(byHand.database), []);
});

test("printing changes nothing and knows only what exists", async (t) => {
  const { file } = temporaryDatabase(t);
  await sqlOf(sqliteDifferences, NAMES, AT);
  const database = new DatabaseSync(file);
  assert.deepEqual(database.prepare("select * from sqlite_schema").all(), []);
  database.close();
  await assert.rejects(sqlOf(sqliteDifferences, ["0000-nothing"], AT), TypeError);
});

test("every table has the prefix that lets it live beside the host's", async (t) => {
  const { file, database } = temporaryDatabase(t);
  await migrate(database);
  const tool = new DatabaseSync(file);
  const names = tool.prepare("select name from sqlite_schema where type = 'table'").all();
  tool.close();
  assert.ok(names.length > 10);
  for (const { name } of names) assert.match(String(name), /^(hufu_|sqlite_sequence$)/);
});

test("no index is the beginning of another one of its table: each costs a write and serves no statement", async (t) => {
  const { file, database } = temporaryDatabase(t);
  await migrate(database);
  const tool = new DatabaseSync(file);
  const indexes = tool
    .prepare(
      `select t.name as of, i.name as name, (select group_concat(name, ' ') from pragma_index_info(i.name)) || ' ' as columns
        from sqlite_schema t, pragma_index_list(t.name) i where t.type = 'table'`,
    )
    .all();
  tool.close();
  assert.ok(indexes.length > 20, `${indexes.length} indexes`);
  const redundant = indexes.filter((one) =>
    indexes.some(
      (other) =>
        other !== one && other["of"] === one["of"] && String(other["columns"]).startsWith(String(one["columns"])),
    ),
  );
  assert.deepEqual(redundant, []);
});
