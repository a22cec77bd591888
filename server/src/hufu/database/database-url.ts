import { type MysqlTls, mysqlTls } from "../../store/sql/mysql/mysql-tls.ts";

/** Connections that a node opens to a database server at most, unless its URL says `?pool=…`. */
const POOL_SIZE = 10;
const POOL_LARGEST = 500;

/** A database server, and what its URL says to Hufu and not to the driver. */
export interface ServerAddress {
  readonly kind: "postgres" | "mysql";
  /** For the driver. */
  readonly url: string;
  readonly poolSize: number;
  /** How `mysql2` uses TLS; `undefined` = not at all. `pg` reads its own settings from the URL. */
  readonly tls: MysqlTls | undefined;
}

/** Where the URL in `database` leads. */
export type DatabaseAddress = { readonly kind: "sqlite"; readonly file: string } | ServerAddress;

const UNKNOWN = "database: not understood; write sqlite:FILE, postgres://… or mysql://…";
const KINDS: ReadonlyMap<string, ServerAddress["kind"]> = new Map([
  ["postgres:", "postgres"],
  ["postgresql:", "postgres"],
  ["mysql:", "mysql"],
  ["mariadb:", "mysql"],
]);

/**
 * Reads a database URL. No error holds the value, which may have a password in it.
 * @throws TypeError
 */
export function parseDatabaseUrl(database: string): DatabaseAddress {
  const file = /^sqlite:(.+)$/.exec(database)?.[1];
  if (file !== undefined) return { kind: "sqlite", file };
  if (!URL.canParse(database)) throw new TypeError(UNKNOWN);
  const url = new URL(database);
  const kind = KINDS.get(url.protocol);
  if (kind === undefined) throw new TypeError(UNKNOWN);
  if (kind === "mysql" && url.pathname.length < 2) {
    throw new TypeError("database: name the database, as in mysql://USER@HOST/NAME");
  }
  const poolSize = poolSizeOf(url.searchParams.get("pool"));
  url.searchParams.delete("pool");
  if (kind === "postgres") return { kind, url: url.href, poolSize, tls: undefined };

  const charset = url.searchParams.get("charset");
  if (charset !== null && !/^"?utf8mb4/i.test(charset)) {
    throw new TypeError("database: the charset in the URL loses characters; remove it, or write utf8mb4");
  }
  const tls = mysqlTls(url.searchParams.get("ssl"));
  url.searchParams.delete("ssl");
  return { kind, url: url.href, poolSize, tls };
}

function poolSizeOf(written: string | null): number {
  if (written === null) return POOL_SIZE;
  const size = /^\d{1,3}$/.test(written) ? Number(written) : 0;
  // One listens for hints.
  if (size < 2 || size > POOL_LARGEST) throw new TypeError(`database: pool is a number from 2 to ${POOL_LARGEST}`);
  return size;
}
