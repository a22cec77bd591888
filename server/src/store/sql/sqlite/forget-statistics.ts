import type { DatabaseSync } from "node:sqlite";

const OF_OURS = "from sqlite_stat1 where tbl like 'hufu!_%' escape '!'";

/**
 * Deletes the statistics that an `analyze` has made about Hufu's tables. Hufu's statements are written for its indexes; by
 * statistics from when a table was small, SQLite scans it however large it has become.
 */
export function forgetStatistics(database: DatabaseSync): void {
  const table = database.prepare("select 1 from sqlite_schema where name = 'sqlite_stat1'").get();
  if (table === undefined || database.prepare(`select 1 ${OF_OURS} limit 1`).get() === undefined) return;
  try {
    // The second statement makes this connection load the remaining statistics.
    database.exec(`delete ${OF_OURS}; analyze sqlite_schema`);
  } catch {
    // Another process is writing, or the disk is full. Slow plans are no reason to refuse a start; the next one tries again.
  }
}
