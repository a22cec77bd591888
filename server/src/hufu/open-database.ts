import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/log.ts";
import type { Differences, SqlDatabase } from "../store/sql/dialect.ts";
import { mysqlDifferences, openMysql } from "../store/sql/mysql/mysql.ts";
import type { MysqlPool } from "../store/sql/mysql/mysql-pool.ts";
import { openMysqlStore } from "../store/sql/mysql/open-mysql-store.ts";
import { openPostgresStore } from "../store/sql/postgres/open-postgres-store.ts";
import { openPostgres, postgresDifferences } from "../store/sql/postgres/postgres.ts";
import type { PostgresPool } from "../store/sql/postgres/postgres-pool.ts";
import { openSqliteStore } from "../store/sql/sqlite/open-sqlite-store.ts";
import { openSqlite, sqliteDifferences } from "../store/sql/sqlite/sqlite.ts";
import type { Store } from "../store/store.ts";

/** Connections that a node opens to a database server at most, unless its URL says `?pool=…`. */
const POOL_SIZE = 10;
const POOL_LARGEST = 500;
/** Most milliseconds to wait for a connection, for a lock, for a statement: a database that hangs is 503 in seconds. */
const CONNECT_MS = 3000;
const LOCK_MS = 3000;
const STATEMENT_MS = 5000;
/** A unit of work whose process has stalled holds its locks no longer. */
const STALLED_MS = 10_000;
const IDLE_MS = 60_000;

/** Where the URL in `database` leads. */
type Place = { readonly kind: "sqlite"; readonly file: string } | ServerPlace;
interface ServerPlace {
  readonly kind: "postgres" | "mysql";
  readonly url: string;
  readonly poolSize: number;
}

const UNKNOWN = "database: not understood; write sqlite:FILE, postgres://… or mysql://…";
const KINDS: ReadonlyMap<string, ServerPlace["kind"]> = new Map([
  ["postgres:", "postgres"],
  ["postgresql:", "postgres"],
  ["mysql:", "mysql"],
  ["mariadb:", "mysql"],
]);

export interface OpenStoreOptions {
  readonly clock: Clock;
  readonly entryLifeMs: number;
  readonly log?: Logger;
  readonly migrate?: boolean;
}

/**
 * Opens the store that a URL names.
 * @throws TypeError for a URL that is not understood, and where the driver's package is not installed;
 * HufuError `store_unavailable`
 */
export async function openStoreAt(database: string, options: OpenStoreOptions): Promise<Store> {
  const { clock, ...shared } = options;
  const place = placeOf(database);
  switch (place.kind) {
    case "sqlite":
      return openSqliteStore({ file: place.file, clock, ...shared });
    case "postgres":
      return openPostgresStore({ pool: await postgresPool(place), ...shared });
    case "mysql":
      return openMysqlStore({ pool: await mysqlPool(place), ...shared });
  }
}

/** Opens the database itself, for those that look after its tables. */
export async function openDatabaseAt(database: string, clock: Clock): Promise<SqlDatabase> {
  const place = placeOf(database);
  switch (place.kind) {
    case "sqlite":
      return openSqlite(place.file, clock);
    case "postgres":
      return openPostgres(await postgresPool(place));
    case "mysql":
      return openMysql(await mysqlPool(place));
  }
}

/** What the kind of database that a URL names is like, without opening it. */
export function differencesAt(database: string): Differences {
  return { sqlite: sqliteDifferences, postgres: postgresDifferences, mysql: mysqlDifferences }[placeOf(database).kind];
}

/**
 * Is this a URL of a database, and is its driver installed?
 * @throws TypeError if not
 */
export async function checkDatabase(database: string): Promise<void> {
  const { kind } = placeOf(database);
  if (kind === "postgres") await postgresDriver();
  if (kind === "mysql") await mysqlDriver();
}

function placeOf(database: string): Place {
  const file = /^sqlite:(.+)$/.exec(database)?.[1];
  if (file !== undefined) return { kind: "sqlite", file };
  // Never with the value, which may hold a password.
  if (!URL.canParse(database)) throw new TypeError(UNKNOWN);
  const url = new URL(database);
  const kind = KINDS.get(url.protocol);
  if (kind === undefined) throw new TypeError(UNKNOWN);
  if (kind === "mysql" && url.pathname.length < 2) {
    throw new TypeError("database: name the database, as in mysql://USER@HOST/NAME");
  }
  const poolSize = poolSizeOf(url.searchParams.get("pool"));
  url.searchParams.delete("pool");
  return { kind, url: url.href, poolSize };
}

function poolSizeOf(written: string | null): number {
  if (written === null) return POOL_SIZE;
  const size = /^\d{1,3}$/.test(written) ? Number(written) : 0;
  // One listens for hints.
  if (size < 2 || size > POOL_LARGEST) throw new TypeError(`database: pool is a number from 2 to ${POOL_LARGEST}`);
  return size;
}

async function postgresPool({ url, poolSize }: ServerPlace): Promise<PostgresPool> {
  const { Pool } = await postgresDriver();
  return new Pool({
    connectionString: url,
    max: poolSize,
    application_name: "hufu",
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    lock_timeout: LOCK_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STALLED_MS,
  });
}

async function mysqlPool({ url, poolSize }: ServerPlace): Promise<MysqlPool> {
  const { createPool } = await mysqlDriver();
  return createPool({
    uri: url,
    connectionLimit: poolSize,
    connectTimeout: CONNECT_MS,
    idleTimeout: IDLE_MS,
    enableKeepAlive: true,
    // A statement for each kind of work, and some for lists of many lengths.
    maxPreparedStatements: 200,
  });
}

function postgresDriver(): Promise<Pick<typeof import("pg"), "Pool">> {
  return import("pg").catch((cause: unknown) => Promise.reject(explained("pg", cause)));
}

function mysqlDriver(): Promise<Pick<typeof import("mysql2/promise"), "createPool">> {
  return import("mysql2/promise").catch((cause: unknown) => Promise.reject(explained("mysql2", cause)));
}

function explained(name: string, cause: unknown): unknown {
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
  if (!isMissing) return cause;
  return new TypeError(`database: the package ${name} is missing; npm install ${name}`, { cause });
}
