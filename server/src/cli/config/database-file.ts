import { closeSync, openSync, readSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { databaseFileProblem } from "../../hufu/database/maintenance.ts";
import { Failure } from "../output/failure.ts";

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");

/** What of the configured database there is: the full path of its file, and whether that exists. */
export interface DatabaseFile {
  readonly file: string;
  readonly exists: boolean;
}

/**
 * Looks whether an SQLite file can be opened or made, so that a person reads a better sentence than SQLite's.
 * @param database `sqlite:FILE`; a relative FILE begins in `folder`
 * @throws Failure if it cannot
 */
export function findDatabaseFile(database: string, folder: string): DatabaseFile {
  const written = database.slice("sqlite:".length);
  if (written === "" || written === ":memory:") {
    throw new Failure("database: sqlite: needs the path of a file; memory will not do, use a temporary file");
  }
  const file = resolve(folder, written);
  const found = statSync(file, { throwIfNoEntry: false });
  const home = dirname(file);
  if (found?.isDirectory()) throw new Failure(`database: ${file} is a folder, not a file`);
  if (found === undefined && !statSync(home, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure(`database: the folder ${home} does not exist`);
  }
  const problem = databaseFileProblem(file);
  if (problem !== undefined) throw new Failure(problem);
  if (found !== undefined && found.size > 0 && !beginsAsSqlite(file)) {
    throw new Failure(`database: ${file} is not an SQLite database`);
  }
  return { file, exists: found !== undefined };
}

/** @see https://www.sqlite.org/fileformat.html#magic_header_string */
function beginsAsSqlite(file: string): boolean {
  const beginning = Buffer.alloc(MAGIC.length);
  const handle = openSync(file, "r");
  try {
    readSync(handle, beginning, 0, MAGIC.length, 0);
  } finally {
    closeSync(handle);
  }
  return beginning.equals(MAGIC);
}
