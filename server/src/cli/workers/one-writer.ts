import { Failure } from "../output/failure.ts";

/**
 * Several workers would queue for an SQLite file, each with its event loop blocked.
 * @throws Failure if they are to share one
 */
export function refuseOneWriter(database: unknown, workers: number): void {
  if (workers === 1 || typeof database !== "string" || !database.startsWith("sqlite:")) return;
  throw new Failure(
    `--workers: an SQLite file takes one writer at a time, so ${workers} workers are no faster than one process; leave --workers out, or use PostgreSQL, MySQL or MariaDB`,
  );
}
