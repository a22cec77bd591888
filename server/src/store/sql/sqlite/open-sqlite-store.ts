import type { Clock } from "../../../core/time/clock.ts";
import type { Store } from "../../store.ts";
import { openStoreOn } from "../open-store-on.ts";
import { checkEntryLife, type SqlStoreOptions } from "../sql-store-options.ts";
import { openSqlite } from "./sqlite.ts";

/** A store in one SQLite file. */
export interface SqliteStoreOptions extends SqlStoreOptions {
  /** Path of the database file; made if it does not exist. Not `:memory:`. */
  readonly file: string;
  /** The database's time. */
  readonly clock: Clock;
}

/**
 * Opens everything durable in one SQLite file, at full durability.
 * @throws TypeError for options that make no sense, and for missing migrations where `migrate` is false;
 * HufuError `store_unavailable` if the file cannot be used
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, clock, ...shared } = options;
  checkEntryLife(shared.entryLifeMs);
  return openStoreOn(openSqlite(file, clock), shared);
}
