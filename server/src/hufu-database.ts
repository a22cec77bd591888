import type { Clock } from "./core/clock.ts";
import type { Logger } from "./core/log.ts";
import type { Differences, SqlDatabase } from "./store/sql/dialect.ts";
import { openPostgresStore } from "./store/sql/open-postgres-store.ts";
import { openSqliteStore } from "./store/sql/open-sqlite-store.ts";
import { openPostgres, postgresDifferences } from "./store/sql/postgres.ts";
import type { PostgresPool } from "./store/sql/postgres-pool.ts";
import { openSqlite, sqliteDifferences } from "./store/sql/sqlite.ts";
import type { Store } from "./store/store.ts";

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
type Place =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "postgres"; readonly url: string; readonly poolSize: number };

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
  if (place.kind === "sqlite") return openSqliteStore({ file: place.file, clock, ...shared });
  return openPostgresStore({ pool: await postgresPool(place), ...shared });
}

/** Opens the database itself, for those that look after its tables. */
export async function openDatabaseAt(database: string, clock: Clock): Promise<SqlDatabase> {
  const place = placeOf(database);
  return place.kind === "sqlite" ? openSqlite(place.file, clock) : openPostgres(await postgresPool(place));
}

/** What the kind of database that a URL names is like, without opening it. */
export function differencesAt(database: string): Differences {
  return placeOf(database).kind === "sqlite" ? sqliteDifferences : postgresDifferences;
}

/**
 * Is this a URL of a database, and is its driver installed?
 * @throws TypeError if not
 */
export async function checkDatabase(database: string): Promise<void> {
  if (placeOf(database).kind === "postgres") await postgresDriver();
}

function placeOf(database: string): Place {
  const file = /^sqlite:(.+)$/.exec(database)?.[1];
  if (file !== undefined) return { kind: "sqlite", file };
  // Never with the value, which may hold a password.
  if (!URL.canParse(database)) throw new TypeError("database: not understood; write sqlite:FILE or postgres://…");
  const url = new URL(database);
  if (!/^postgres(?:ql)?:$/.test(url.protocol)) {
    throw new TypeError("database: not understood; write sqlite:FILE or postgres://…");
  }
  const poolSize = poolSizeOf(url.searchParams.get("pool"));
  url.searchParams.delete("pool");
  return { kind: "postgres", url: url.href, poolSize };
}

function poolSizeOf(written: string | null): number {
  if (written === null) return POOL_SIZE;
  const size = /^\d{1,3}$/.test(written) ? Number(written) : 0;
  // One listens for hints.
  if (size < 2 || size > POOL_LARGEST) throw new TypeError(`database: pool is a number from 2 to ${POOL_LARGEST}`);
  return size;
}

async function postgresPool({ url, poolSize }: Extract<Place, { kind: "postgres" }>): Promise<PostgresPool> {
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

async function postgresDriver(): Promise<Pick<typeof import("pg"), "Pool">> {
  try {
    return await import("pg");
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (isMissing) throw new TypeError("database: the package pg is missing; npm install pg", { cause });
    throw cause;
  }
}
