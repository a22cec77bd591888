import type { DatabaseSync, DatabaseSyncOptions } from "node:sqlite";
import { checkNodeVersion } from "../../../core/node-version.ts";

/**
 * Opens a file with `node:sqlite`. It is asked for here, not imported: in a Node without it an import would end with
 * "No such built-in module" before anything could say which Node is needed.
 */
export function openDatabaseSync(file: string, options: DatabaseSyncOptions = {}): DatabaseSync {
  checkNodeVersion();
  const sqlite = process.getBuiltinModule("node:sqlite");
  return new sqlite.DatabaseSync(file, options);
}
