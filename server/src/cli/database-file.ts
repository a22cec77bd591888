import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Failure } from "./failure.ts";

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
  // SQLite keeps its log beside the file, so the folder counts too.
  if (!mayWrite(home)) throw new Failure(`database: this user may not write in the folder ${home}`);
  if (found !== undefined && !mayWrite(file)) throw new Failure(`database: this user may not write the file ${file}`);
  return { file, exists: found !== undefined };
}

/** @throws Failure also if there is no database yet */
export function findExistingDatabase(database: string, folder: string): string {
  const { file, exists } = findDatabaseFile(database, folder);
  if (!exists) throw new Failure(`there is no database at ${file}; hufu serve or hufu migrate makes one`);
  return file;
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
