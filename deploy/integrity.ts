// Is a copy of an SQLite database whole? Asked after a backup, and before a restore.
import { DatabaseSync } from "node:sqlite";

/** @throws Error that names the file */
export function assertWhole(file: string): void {
  let verdict: unknown;
  const database = new DatabaseSync(file);
  try {
    verdict = database.prepare("pragma integrity_check").get()?.["integrity_check"];
  } catch (cause) {
    throw new Error(`${file} is damaged, or no database`, { cause });
  } finally {
    database.close();
  }
  if (verdict !== "ok") throw new Error(`${file} is damaged: ${String(verdict)}`);
}
