import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Clock } from "../../core/clock.ts";
import { type Logger, silentLogger } from "../../core/log.ts";
import type { Store } from "../store.ts";
import type { SqlDatabase } from "./dialect.ts";
import { keepEntryLife } from "./keep-entry-life.ts";
import { migrate, pending } from "./migrate.ts";
import { createSqlStore } from "./sql-store.ts";
import { openSqlite } from "./sqlite.ts";

export interface SqliteStoreOptions {
  /** Path of the database file; made if it does not exist. Not `:memory:`. */
  readonly file: string;
  /** The database's time. */
  readonly clock: Clock;
  /** Milliseconds for which an outbox entry concerns a token of this configuration: its longest access life + 120 s. */
  readonly entryLifeMs: number;
  /** Default: silent. */
  readonly log?: Logger;
  /** Apply missing migrations at once. Default: true. */
  readonly migrate?: boolean;
}

/**
 * Opens everything durable in one SQLite file, at full durability.
 * @throws TypeError for options that make no sense, and for missing migrations where `migrate` is false;
 * HufuError `store_unavailable` if the file cannot be used
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, clock, entryLifeMs, log = silentLogger } = options;
  if (!Number.isSafeInteger(entryLifeMs) || entryLifeMs <= 0) {
    throw new TypeError("entryLifeMs: must be a whole number of milliseconds above zero");
  }
  // SQLite would only say that it cannot open the file.
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new TypeError(`database: the folder ${folder} does not exist`);
  const database = openSqlite(file, clock);
  try {
    await prepareTables(database, options.migrate ?? true, log);
    return createSqlStore(database, await keepEntryLife(database, entryLifeMs));
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function prepareTables(database: SqlDatabase, mayMigrate: boolean, log: Logger): Promise<void> {
  const { reader, differences, write } = database;
  const missing = await pending(reader, differences);
  if (missing.length === 0) return;
  if (!mayMigrate) throw new TypeError(`the database lacks ${missing.join(", ")}: run hufu migrate`);
  // A unit of work is a lock: of nodes that start at once, one migrates and the others find it done.
  const applied = await write((db) => migrate(db, differences));
  if (applied.length > 0) log.info({ migrations: applied }, "migrated the database");
}
