import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import { checkDatabase } from "../../store/sql/check-database.ts";
import type { DatabaseFinding } from "../../store/sql/database-finding.ts";
import type { Differences, SqlDatabase } from "../../store/sql/dialect.ts";
import { mysqlDifferences, openMysql } from "../../store/sql/mysql/mysql.ts";
import { type OpenedStore, openNodeOn, openStoreOn } from "../../store/sql/open-store-on.ts";
import { openPostgres, postgresDifferences } from "../../store/sql/postgres/postgres.ts";
import { checkEntryLife } from "../../store/sql/sql-store-options.ts";
import { checkSqlite } from "../../store/sql/sqlite/file-mode.ts";
import { openSqlite, sqliteDifferences } from "../../store/sql/sqlite/sqlite.ts";
import type { Store } from "../../store/store.ts";
import { mysqlDriver, openMysqlPool, openPostgresPool, POSTGRES_LIMITS, postgresDriver } from "./database-pools.ts";
import { parseDatabaseUrl } from "./database-url.ts";

export interface OpenDatabaseOptions {
  readonly clock: Clock;
  /** URL of the same PostgreSQL past any pooler, for LISTEN. Default: none. */
  readonly direct?: string | undefined;
  /** Connections to open at most. Default: what the URL says, else 10. */
  readonly connections?: number | undefined;
  /** Processes of this node that open as many. Default: 1. */
  readonly processes?: number | undefined;
}

export interface OpenStoreOptions extends OpenDatabaseOptions {
  readonly entryLifeMs: number;
  readonly log?: Logger;
  readonly migrate?: boolean;
  /** See `SqlStoreOptions`. */
  readonly check?: boolean;
}

/**
 * Opens the store that a URL names.
 * @throws TypeError for a URL that is not understood, for settings of the server that must be changed, and where the
 * driver's package is not installed; HufuError `store_unavailable`
 */
export async function openStoreAt(database: string, options: OpenStoreOptions): Promise<Store> {
  const { clock, direct, connections, processes, ...shared } = options;
  checkEntryLife(shared.entryLifeMs);
  return openStoreOn(await openDatabaseAt(database, { clock, direct, connections, processes }), shared);
}

/** The same for a node, with what it starts with. */
export async function openNodeAt(database: string, options: OpenStoreOptions): Promise<OpenedStore> {
  const { clock, direct, connections, processes, ...shared } = options;
  checkEntryLife(shared.entryLifeMs);
  return openNodeOn(await openDatabaseAt(database, { clock, direct, connections, processes }), shared);
}

/** Opens the database itself, without a look at its tables. */
export async function openDatabaseAt(database: string, options: OpenDatabaseOptions): Promise<SqlDatabase> {
  const address = parseDatabaseUrl(database);
  if (address.kind === "sqlite") return openSqlite(address.file, options.clock);
  const size = options.connections ?? address.poolSize;
  if (address.kind === "mysql") return openMysql(await openMysqlPool(address, size), options.processes);
  const direct = options.direct === undefined ? undefined : postgresAddress(options.direct);
  return openPostgres(await openPostgresPool(address, size), {
    limits: POSTGRES_LIMITS,
    direct: direct === undefined ? undefined : await openPostgresPool(direct, 1),
    processes: options.processes,
  });
}

/**
 * What of the settings of the database at this URL must or should be changed, as a start would say it. Makes no file.
 * @throws TypeError for a URL that is not understood; HufuError `store_unavailable` if the database cannot be asked
 */
export async function checkDatabaseAt(
  database: string,
  options: OpenDatabaseOptions,
): Promise<readonly DatabaseFinding[]> {
  const address = parseDatabaseUrl(database);
  if (address.kind === "sqlite") return checkSqlite(address.file);
  const open = await openDatabaseAt(database, options);
  try {
    return await checkDatabase(open);
  } finally {
    await open.close();
  }
}

/** What the kind of database that a URL names is like, without opening it. */
export function differencesAt(database: string): Differences {
  return { sqlite: sqliteDifferences, postgres: postgresDifferences, mysql: mysqlDifferences }[
    parseDatabaseUrl(database).kind
  ];
}

/**
 * Are these URLs of a database, and is its driver installed?
 * @throws TypeError if not
 */
export async function checkDatabaseUrl(database: string, direct?: string): Promise<void> {
  const { kind } = parseDatabaseUrl(database);
  if (direct !== undefined) {
    if (kind !== "postgres") throw new TypeError("databaseDirect: only a PostgreSQL database has one");
    postgresAddress(direct);
  }
  if (kind === "postgres") await postgresDriver();
  if (kind === "mysql") await mysqlDriver();
}

function postgresAddress(direct: string) {
  const address = isUrl(direct) ? parseDatabaseUrl(direct) : undefined;
  if (address?.kind !== "postgres") throw new TypeError("databaseDirect: not understood; write postgres://…");
  return address;
}

function isUrl(text: string): boolean {
  return /^postgres(?:ql)?:/.test(text) && URL.canParse(text);
}
