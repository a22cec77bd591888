import { type Logger, silentLogger } from "../../core/log/log.ts";
import type { StartReading } from "../start-reading.ts";
import type { Store } from "../store.ts";
import { applyFindings, checkDatabase } from "./check-database.ts";
import type { Differences, SqlDatabase } from "./dialect.ts";
import { lookOnce } from "./look-once.ts";
import { migrate, pending } from "./migrations/migrate.ts";
import { createSqlStore } from "./ports/sql-store.ts";
import type { SqlStoreOptions } from "./sql-store-options.ts";
import { keepEntryLife } from "./statements/sessions/keep-entry-life.ts";

export interface OpenedStore {
  readonly store: Store;
  /** What a node starts with, where it was read on the way. */
  readonly start: StartReading | undefined;
}

/**
 * Migrates an open database if it may, and puts the ports on it. Closes it if that fails.
 * @throws TypeError for missing migrations where `migrate` is false, and for settings that must be changed;
 * HufuError `store_unavailable`
 */
export async function openStoreOn(database: SqlDatabase, options: SqlStoreOptions): Promise<Store> {
  return (await openOn(database, options, false)).store;
}

/** The same for a node, which also needs what it starts with. */
export function openNodeOn(database: SqlDatabase, options: SqlStoreOptions): Promise<OpenedStore> {
  return openOn(database, options, true);
}

async function openOn(database: SqlDatabase, options: SqlStoreOptions, isNode: boolean): Promise<OpenedStore> {
  const { entryLifeMs, log = silentLogger, check: isChecked = true } = options;
  try {
    const look = await lookOnce(database, { entryLifeMs, isChecked, isNode });
    if (look !== undefined) {
      applyFindings(look.findings, log);
      return { store: createSqlStore(database, look.entryLifeMs, database.differences.timeline), start: look.start };
    }
    if (isChecked) applyFindings(await checkDatabase(database), log);
    await prepareTables(database, options.migrate ?? true, log);
    const timeline = await usableTimeline(database, log);
    return { store: createSqlStore(database, await keepEntryLife(database, entryLifeMs), timeline), start: undefined };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Services that speak PostgreSQL's protocol on another engine may not know their log. */
async function usableTimeline({ reader, differences }: SqlDatabase, log: Logger): Promise<Differences["timeline"]> {
  const { timeline } = differences;
  if (timeline === undefined) return undefined;
  try {
    await reader.selectNoFrom(timeline.as("timeline")).execute();
    return timeline;
  } catch (err) {
    log.warn({ err }, "the database does not say its timeline: after a failover run hufu recover");
    return undefined;
  }
}

async function prepareTables(database: SqlDatabase, mayMigrate: boolean, log: Logger): Promise<void> {
  const missing = await pending(database.reader, database.differences);
  if (missing.length === 0) return;
  if (!mayMigrate) throw new TypeError(`the database lacks ${missing.join(", ")}: run hufu migrate`);
  // Of nodes that start at once, one migrates and the others find it done.
  const applied = await migrate(database);
  if (applied.length > 0) log.info({ migrations: applied }, "migrated the database");
}
