import { Failure } from "../output/failure.ts";
import { findDatabaseFile } from "./database-file.ts";

/** The configured database, as a command finds it. */
export interface FoundDatabase {
  /** The URL to open, with the full path of a file. */
  readonly url: string;
  /** For people: the file, or the URL without user, password and settings. */
  readonly shown: string;
  /** `false` for a file that is still to be made. `true` for a server, because it is not asked. */
  readonly mayExist: boolean;
}

/**
 * Looks where the configured database is, without opening it.
 * @param database a relative `sqlite:FILE` begins in `folder`
 * @throws Failure if a file cannot be opened or made
 */
export function findDatabase(database: string, folder: string): FoundDatabase {
  if (!database.startsWith("sqlite:")) return { url: database, shown: withoutSecrets(database), mayExist: true };
  const { file, exists } = findDatabaseFile(database, folder);
  return { url: `sqlite:${file}`, shown: file, mayExist: exists };
}

/** @throws Failure also if there is no database yet */
export function findExistingDatabase(database: string, folder: string): string {
  const { url, shown, mayExist } = findDatabase(database, folder);
  if (!mayExist) throw new Failure(`there is no database at ${shown}; hufu serve or hufu migrate makes one`);
  return url;
}

function withoutSecrets(database: string): string {
  if (!URL.canParse(database))
    throw new Failure("database: not understood; write sqlite:FILE, postgres://… or mysql://…");
  const { protocol, host, pathname } = new URL(database);
  return `${protocol}//${host}${pathname}`;
}
