import { HufuError } from "../../../core/errors/errors.ts";
import { openDatabaseSync } from "./node-sqlite.ts";
import { guarded } from "./sqlite-faults.ts";

/**
 * Is this database open in another connection, of any process? A connection that has read a WAL database keeps a shared lock
 * on it until it closes; this asks for the exclusive one and gives it back. The file must exist.
 * @throws HufuError `store_unavailable` if the file cannot be used at all
 */
export function isInUse(file: string): boolean {
  const database = guarded(() => openDatabaseSync(file));
  try {
    guarded(() => database.exec("pragma busy_timeout = 0; pragma locking_mode = exclusive; begin exclusive; rollback"));
    return false;
  } catch (error) {
    if (error instanceof HufuError && isBusy(error.cause)) return true;
    throw error;
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error && "errcode" in error && typeof error.errcode === "number" && (error.errcode & 0xff) === 5
  );
}
