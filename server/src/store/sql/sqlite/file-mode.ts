import { closeSync, openSync, statSync } from "node:fs";
import { type DatabaseFinding, warningFinding } from "../database-finding.ts";

/** The file holds sealed keys and personal data: only its owner may read it. */
const PRIVATE = 0o600;
const OF_OTHERS = 0o077;

/**
 * Makes the file, if there is none, so that only its owner can read it, with any umask; SQLite gives the files beside
 * it the same mode. SQLite itself says why, if the file cannot be made.
 */
export function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, "ax", PRIVATE));
  } catch {
    // It is there already, or SQLite will fail for the same reason.
  }
}

/** A file that was made by an older version, or by another program, keeps its mode. */
export function checkSqlite(file: string): readonly DatabaseFinding[] {
  // Windows has no such modes.
  if (process.platform === "win32") return [];
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined || (found.mode & OF_OTHERS) === 0) return [];
  return [
    warningFinding(
      `database: other users of this machine can read ${file}; run chmod 600 on it, and on its -wal and -shm`,
    ),
  ];
}
