import type { MysqlPool } from "../../store/sql/mysql/mysql-pool.ts";
import type { PostgresLimits } from "../../store/sql/postgres/postgres-limits.ts";
import type { PostgresPool } from "../../store/sql/postgres/postgres-pool.ts";
import type { ServerAddress } from "./database-url.ts";

/** Most milliseconds to wait for a connection: a database that hangs is 503 in seconds. */
const CONNECT_MS = 3000;
const IDLE_MS = 60_000;
/**
 * Most milliseconds for a lock, for a statement, and for a unit of work whose process has stalled. Set by statements:
 * a pooler refuses or ignores them among what a connection is opened with.
 */
export const POSTGRES_LIMITS: PostgresLimits = Object.freeze({ lockMs: 3000, statementMs: 5000, stalledMs: 10_000 });

/** @throws TypeError if the package `pg` is missing */
export async function openPostgresPool({ url }: ServerAddress, size: number): Promise<PostgresPool> {
  const { Pool } = await postgresDriver();
  return new Pool({
    connectionString: url,
    max: size,
    application_name: "hufu",
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
  });
}

/** @throws TypeError if the package `mysql2` is missing */
export async function openMysqlPool({ url, tls }: ServerAddress, size: number): Promise<MysqlPool> {
  const { createPool } = await mysqlDriver();
  return createPool({
    uri: url,
    ...(tls === undefined ? {} : { ssl: { ...tls } }),
    connectionLimit: size,
    connectTimeout: CONNECT_MS,
    idleTimeout: IDLE_MS,
    enableKeepAlive: true,
    // Else each statement, not only one that fails, notes where it was asked.
    trace: false,
    // A statement for each kind of work, and some for lists of many lengths.
    maxPreparedStatements: 200,
  });
}

/** @throws TypeError if it is not installed */
export function postgresDriver(): Promise<Pick<typeof import("pg"), "Pool">> {
  return import("pg").catch((cause: unknown) => Promise.reject(explained("pg", cause)));
}

/** @throws TypeError if it is not installed */
export function mysqlDriver(): Promise<Pick<typeof import("mysql2/promise"), "createPool">> {
  return import("mysql2/promise").catch((cause: unknown) => Promise.reject(explained("mysql2", cause)));
}

function explained(name: string, cause: unknown): unknown {
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
  if (!isMissing) return cause;
  return new TypeError(`database: the package ${name} is missing; npm install ${name}`, { cause });
}
