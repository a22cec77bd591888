// Puts a backup of backup.ts in the place of the database, and makes it safe to serve:
//   node restore.ts FILE node_modules/.bin/hufu recover --config hufu.json --yes
// Stop all servers first. HUFU_DATABASE is the URL, as for backup.ts. What stands after FILE is run at the end, and has to be
// `hufu recover`: without it everything that was revoked after the backup would be valid again. If it fails, start no server.
import { execFileSync } from "node:child_process";
import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { connectionOf } from "./connection.ts";

/** A connection that has read the file holds a lock on it until it is closed. */
function assertUnused(file: string): void {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    database.exec("pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive; rollback");
  } catch (cause) {
    throw new Error(`${file} is in use: stop all servers first`, { cause });
  } finally {
    database.close();
  }
}

/** The old file stays beside the new one, until you have seen that all is well and remove it. */
function restoreSqlite(backup: string, file: string): void {
  assertUnused(file);
  const part = `${file}.part`;
  copyFileSync(backup, part);
  const descriptor = openSync(part, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
  if (existsSync(file)) renameSync(file, `${file}.replaced`);
  // They belong to the old file: applied to the new one they would damage it.
  for (const rest of ["-wal", "-shm"]) rmSync(file + rest, { force: true });
  renameSync(part, file);
}

/** All or nothing: one transaction takes out the tables and brings those of the backup. */
function restorePostgres(backup: string, env: NodeJS.ProcessEnv): void {
  const count =
    "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'hufu'";
  const used = execFileSync("psql", ["--no-password", "--no-psqlrc", "-tAc", count], { env }).toString().trim();
  if (used !== "0") throw new Error(`${used} connections of Hufu are open: stop all servers first`);
  const how = ["--no-password", "--clean", "--if-exists", "--single-transaction", "--no-owner", "--no-privileges"];
  const name = env["PGDATABASE"] ?? "";
  execFileSync("pg_restore", [...how, `--dbname=${name}`, backup], { env, stdio: "inherit" });
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
