import type { DatabaseSync } from "node:sqlite";

const OF_OURS = "from sqlite_stat1 where tbl like 'hufu!_%' escape '!'";

/**
 * Removes what an `analyze` has counted of Hufu's tables. Hufu's statements are written for its indexes; with counts from when a
 * table was small SQLite reads the whole of it, however large it is by now.
 */
export function forgetStatistics(database: DatabaseSync): void {
  const table = database.prepare("select 1 from sqlite_schema where name = 'sqlite_stat1'").get();
  if (table === undefined || database.prepare(`select 1 ${OF_OURS} limit 1`).get() === undefined) return;
  try {
    // The second makes this connection read anew what is left.
    database.exec(`delete ${OF_OURS}; analyze sqlite_schema`);
  } catch {
    // Another process is writing, or the disk is full: slower plans are no reason not to start. The next start tries again.
  }
}
