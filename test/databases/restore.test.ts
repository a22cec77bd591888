import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connectionOf } from "../../deploy/connection.ts";
import { freshFolder } from "../../server/src/cli/hufu.fixture.ts";

const run = promisify(execFile);
/** In place of `hufu recover`: one that works, and one that does not. */
const RECOVERS = [process.execPath, "-e", "0", "recover"];
const FAILS = [process.execPath, "-e", "process.exit(3)", "recover"];

function typed(name: "backup" | "restore", file: string, ...args: readonly string[]): Promise<{ stdout: string }> {
  const program = fileURLToPath(new URL(`../../deploy/${name}.ts`, import.meta.url));
  const env = { ...process.env, HUFU_DATABASE: `sqlite:${file}` };
  return run(process.execPath, ["--disable-warning=ExperimentalWarning", program, ...args], { env });
}

function databaseWith(file: string, word: string): string {
  const database = new DatabaseSync(file);
  database.exec("create table words (word text)");
  database.prepare("insert into words values (?)").run(word);
  database.close();
  return file;
}

function wordIn(file: string): unknown {
  const database = new DatabaseSync(file);
  const row = database.prepare("select word from words").get();
  database.close();
  return row?.["word"];
}

test("a damaged database is no obstacle to its restore, and stays beside the new one", async (t) => {
  const folder = freshFolder(t);
  const backup = databaseWith(join(folder, "backup.db"), "kept");
  const file = join(folder, "hufu.db");
  const rubbish = Buffer.alloc(8192, "rubbish");
  writeFileSync(file, rubbish);
  await typed("restore", file, backup, ...RECOVERS);
  assert.equal(wordIn(file), "kept");
  assert.deepEqual(readFileSync(`${file}.replaced`), rubbish);
});

test("a second restore, after a recovery that failed, keeps what the first one replaced", async (t) => {
  const folder = freshFolder(t);
  const backup = databaseWith(join(folder, "backup.db"), "kept");
  const file = databaseWith(join(folder, "hufu.db"), "the original");
  await assert.rejects(typed("restore", file, backup, ...FAILS));
  await typed("restore", file, backup, ...RECOVERS);
  assert.equal(wordIn(`${file}.replaced`), "the original");
  assert.equal(wordIn(`${file}.replaced-2`), "kept");
});

test("what is no whole database replaces none", async (t) => {
  const folder = freshFolder(t);
  const file = databaseWith(join(folder, "hufu.db"), "live");
  const backup = join(folder, "backup.db");
  writeFileSync(backup, Buffer.alloc(8192, "rubbish"));
  await assert.rejects(typed("restore", file, backup, ...RECOVERS), /damaged, or no database/);
  assert.equal(wordIn(file), "live");
  assert.deepEqual(readdirSync(folder).sort(), ["backup.db", "hufu.db"]);
});

test("a backup stays though older ones have names of a later time, and files of others are let alone", async (t) => {
  const folder = freshFolder(t);
  const file = databaseWith(join(folder, "hufu.db"), "live");
  const backups = freshFolder(t);
  const ahead = ["hufu-21000101T000000Z.db", "hufu-21000102T000000Z.db"];
  for (const name of [...ahead, "film.part", "hufu-20200101T000000Z.db.part"]) writeFileSync(join(backups, name), "");
  const { stdout } = await typed("backup", file, backups, "2");
  const made = stdout.slice(0, stdout.indexOf(": "));
  assert.equal(wordIn(made), "live");
  assert.deepEqual(
    ahead.map((name) => existsSync(join(backups, name))),
    [false, true],
  );
  assert.deepEqual(
    readdirSync(backups).filter((name) => name.endsWith(".part")),
    ["film.part"],
  );
});

const ADDRESSES: readonly (readonly [url: string, expected: Readonly<Record<string, string>>])[] = [
  ["postgres://u:p%40@[::1]:5433/db", { PGHOST: "::1", PGPORT: "5433", PGUSER: "u", PGPASSWORD: "p@" }],
  ["postgres://u@%2Frun%2Fpostgresql/db", { PGHOST: "/run/postgresql", PGUSER: "u", PGDATABASE: "db" }],
  ["postgres://h/db?user=u&password=p&port=6", { PGHOST: "h", PGPORT: "6", PGUSER: "u", PGPASSWORD: "p" }],
  ["postgres://h/db?ssl=true", { PGHOST: "h", PGSSLMODE: "require" }],
  ["postgres://h/db?ssl=true&sslmode=verify-full", { PGHOST: "h", PGSSLMODE: "verify-full" }],
];

for (const [url, expected] of ADDRESSES) {
  test(`pg_dump reads ${url} as Node's driver does`, () => {
    const connection = connectionOf(url);
    assert.ok("env" in connection);
    const found = Object.keys(expected).map((name) => [name, connection.env[name]]);
    assert.deepEqual(Object.fromEntries(found), expected);
  });
}
