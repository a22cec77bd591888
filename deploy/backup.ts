// Backs up Hufu's database beside running servers, which go on writing: node backup.ts FOLDER [HOW MANY TO KEEP]
// HUFU_DATABASE is the URL, sqlite:FILE or postgres://…, as in Hufu's configuration; PostgreSQL needs pg_dump (postgresql-client).
// The copy is one moment of the database: everything that was answered before it began, nothing that came after it ended.
// The copy holds no secret in plain text. Together with Hufu's secret it decrypts everything: store them apart.
// Needs Node 22.18 or later. Its end with code 0 is the only proof of a backup; `hufu doctor --backup FOLDER` watches their age.
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { connectionOf } from "./connection.ts";
import { assertWhole } from "./integrity.ts";

const NAME = /^hufu-\d{8}T\d{6}Z\.(?:db|dump)$/;
const UNFINISHED = /^hufu-\d{8}T\d{6}Z\.(?:db|dump)\.part/;
const KEPT = 14;

/** `VACUUM INTO` reads one moment of the file while others write, and leaves out its free pages. */
function copySqlite(file: string, copy: string): void {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  const database = new DatabaseSync(file);
  database.exec("pragma busy_timeout = 10000");
  database.prepare("vacuum into ?").run(copy);
  database.close();
  assertWhole(copy);
}

/** Hufu's own tables, in one snapshot. The address stands in the environment, where `ps` does not show the password. */
function dumpPostgres(env: NodeJS.ProcessEnv, copy: string): void {
  const dump = ["--format=custom", "--no-owner", "--no-privileges", "--table=hufu_*", `--file=${copy}`];
  execFileSync("pg_dump", ["--no-password", "--lock-wait-timeout=10000", ...dump], { env, stdio: "inherit" });
  execFileSync("pg_restore", ["--list", copy], { stdio: ["ignore", "ignore", "inherit"] });
}

function toDisk(path: string): void {
  const descriptor = openSync(path, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function backUp(folder: string, kept: number): string {
  const connection = connectionOf(process.env["HUFU_DATABASE"] ?? "");
  process.umask(0o077);
  mkdirSync(folder, { recursive: true });
  // Of a run that was killed.
  for (const name of readdirSync(folder)) if (UNFINISHED.test(name)) rmSync(join(folder, name));
  const began = new Date();
  const stamp = began.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const target = join(folder, `hufu-${stamp}.${"file" in connection ? "db" : "dump"}`);
  const part = `${target}.part`;
  try {
    if ("file" in connection) copySqlite(connection.file, part);
    else dumpPostgres(connection.env, part);
    toDisk(part);
    renameSync(part, target);
    toDisk(folder);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  // Names are times. The newest backup stays even if the clock was ahead once, and older ones have later names.
  const others = readdirSync(folder)
    .filter((name) => NAME.test(name) && join(folder, name) !== target)
    .sort();
  for (const name of others.slice(0, Math.max(0, others.length + 1 - kept))) rmSync(join(folder, name));
  const took = Date.now() - began.getTime();
  return `${target}: the database of ${began.toISOString()}, ${statSync(target).size} bytes in ${took} ms`;
}

const [folder, kept = String(KEPT)] = process.argv.slice(2);
try {
  if (folder === undefined || !/^[1-9]\d{0,4}$/.test(kept)) {
    throw new Error("HUFU_DATABASE=URL node backup.ts FOLDER [HOW MANY TO KEEP]");
  }
  console.log(backUp(folder, Number(kept)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
