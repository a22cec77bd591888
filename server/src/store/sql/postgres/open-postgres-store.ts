import type { Store } from "../../store.ts";
import { openStoreOn } from "../open-store-on.ts";
import { checkEntryLife, type SqlStoreOptions } from "../sql-store-options.ts";
import { openPostgres } from "./postgres.ts";
import type { PostgresLimits } from "./postgres-limits.ts";
import { isPostgresPool, type PostgresPool } from "./postgres-pool.ts";

/** A store on PostgreSQL. */
export interface PostgresStoreOptions extends SqlStoreOptions {
  /** A pool of the store's own, with a time-out for connecting; closing the store ends it. */
  readonly pool: PostgresPool;
  /** A pool of one connection past any pooler, for LISTEN; closing the store ends it. Default: none. */
  readonly direct?: PostgresPool | undefined;
  /**
   * Most milliseconds that the server allows, set by the store; behind a pooler they travel with each unit of work.
   * Default: as the pool's own options or the server have them.
   */
  readonly limits?: PostgresLimits | undefined;
}

/**
 * Opens everything durable in a PostgreSQL database, in the first schema of its `search_path`.
 * @throws TypeError for options that make no sense, and for missing migrations where `migrate` is false;
 * HufuError `store_unavailable` if the server cannot be used
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { pool, direct, limits, ...shared } = options;
  if (!isPostgresPool(pool)) throw new TypeError("pool: this is no Pool of pg");
  if (direct !== undefined && !isPostgresPool(direct)) throw new TypeError("direct: this is no Pool of pg");
  checkEntryLife(shared.entryLifeMs);
  return openStoreOn(openPostgres(pool, { limits, direct }), shared);
}
