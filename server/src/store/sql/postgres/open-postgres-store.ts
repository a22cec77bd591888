import type { Store } from "../../store.ts";
import { checkEntryLife, openStoreOn, type SqlStoreOptions } from "../open-store-on.ts";
import { openPostgres } from "./postgres.ts";
import { isPostgresPool, type PostgresPool } from "./postgres-pool.ts";

export interface PostgresStoreOptions extends SqlStoreOptions {
  /** A pool of the store's own, with time-outs; closing the store ends it. */
  readonly pool: PostgresPool;
}

/**
 * Opens everything durable in a PostgreSQL database, in the first schema of its `search_path`.
 * @throws TypeError for options that make no sense, and for missing migrations where `migrate` is false;
 * HufuError `store_unavailable` if the server cannot be used
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { pool, ...shared } = options;
  if (!isPostgresPool(pool)) throw new TypeError("pool: this is no Pool of pg");
  checkEntryLife(shared.entryLifeMs);
  return openStoreOn(openPostgres(pool), shared);
}
