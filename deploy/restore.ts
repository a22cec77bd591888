// Puts a backup of backup.ts in the place of the database, and makes it safe to serve:
//   node restore.ts FILE node_modules/.bin/hufu recover --config hufu.json --yes
// Stop all servers first. HUFU_DATABASE is the URL, as for backup.ts. What stands after FILE is run at the end, and has to be
// `hufu recover`: without it everything that was revoked after the backup would be valid again. If it fails, start no server.
import { execFileSync } from "node:child_process";
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { connectionOf } from "./connection.ts";
import { assertWhole } from "./integrity.ts";

/** SQLite's codes for a file that is in use, and for one that is no database any more. */
const BUSY = 5;
const DAMAGED: readonly number[] = [11, 26];

/** A connection that has read the file holds a lock on it until it is closed. */
function assertUnused(file: string): void {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    database.exec("pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive; rollback");
  } catch (cause) {
    const code = Number(Object(cause).errcode) & 0xff;
    if (code === BUSY) throw new Error(`${file} is in use: stop all servers first`, { cause });
    // That it is damaged is why it is restored.
    if (!DAMAGED.includes(code)) throw cause;
  } finally {
    database.close();
  }
}

/** A second restore must not take away what the first one kept. */
function freeName(wished: string): string {
  let name = wished;
  for (let number = 2; existsSync(name); number += 1) name = `${wished}-${number}`;
  return name;
}

/** The old file stays beside the new one, until you have seen that all is well and remove it. */
function restoreSqlite(backup: string, file: string): void {
  assertUnused(file);
  const part = `${file}.part`;
  copyFileSync(backup, part);
  try {
    assertWhole(part);
  } catch (error) {
    rmSync(part);
    throw error;
  }
  const descriptor = openSync(part, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
  const kept = freeName(`${file}.replaced`);
  // Its log and journal go with it: applied to the new file they would damage it.
  for (const rest of ["", "-wal", "-journal"]) if (existsSync(file + rest)) renameSync(file + rest, kept + rest);
  rmSync(`${file}-shm`, { force: true });
  renameSync(part, file);
}

/** @throws Error if the file is no backup of Hufu */
function tablesIn(backup: string, env: NodeJS.ProcessEnv): readonly string[] {
  const list = execFileSync("pg_restore", ["--list", backup], { env }).toString();
  const names = [...list.matchAll(/ TABLE (?!DATA )\S+ (hufu_[a-z0-9_]+) /g)].map(([, name = ""]) => name);
  if (names.length === 0) throw new Error(`${backup} holds no table of Hufu`);
  return names;
}

/** Tables that came after the backup: the migration that makes them anew would fail on them. */
function dropOthers(tables: readonly string[], env: NodeJS.ProcessEnv): void {
  const others = `select format('drop table %I.%I cascade', schemaname, tablename) as statement from pg_tables
    where schemaname = any(current_schemas(false)) and tablename like 'hufu\\_%'
    and tablename not in (${tables.map((name) => `'${name}'`).join()})`;
  const each = `do $$ declare other record; begin for other in ${others} loop execute other.statement; end loop; end $$`;
  execFileSync("psql", ["--no-password", "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", "-c", each], { env });
}

/** One transaction takes out the tables and brings those of the backup, all or nothing; then what came later goes. */
function restorePostgres(backup: string, env: NodeJS.ProcessEnv): void {
  const count =
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'hufu'";
  const used = execFileSync("psql", ["--no-password", "--no-psqlrc", "-tAc", count], { env }).toString().trim();
  if (used !== "0") throw new Error(`${used} connections of Hufu are open: stop all servers first`);
  const tables = tablesIn(backup, env);
  const how = ["--no-password", "--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges"];
  const name = env["PGDATABASE"] ?? "";
  execFileSync("pg_restore", [...how, `--dbname=${name}`, backup], { env, stdio: "inherit" });
  dropOthers(tables, env);
}

function restore(backup: string, [program = "", ...args]: readonly string[]): void {
  if (!existsSync(backup)) throw new Error(`${backup} does not exist`);
  const connection = connectionOf(process.env["HUFU_DATABASE"] ?? "");
  process.umask(0o077);
  if ("file" in connection) restoreSqlite(backup, connection.file);
  else restorePostgres(backup, connection.env);
  console.log("The backup is in place; now it is made safe to serve.");
  execFileSync(program, args, { stdio: "inherit" });
}

const [backup, ...recover] = process.argv.slice(2);
try {
  if (backup === undefined || !recover.includes("recover")) {
    throw new Error("HUFU_DATABASE=URL node restore.ts FILE node_modules/.bin/hufu recover --config hufu.json --yes");
  }
  restore(backup, recover);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
