import type { Store } from "../../store.ts";
import { openStoreOn } from "../open-store-on.ts";
import { checkEntryLife, type SqlStoreOptions } from "../sql-store-options.ts";
import { openMysql } from "./mysql.ts";
import { isMysqlPool, type MysqlPool } from "./mysql-pool.ts";

/** A store on MySQL or MariaDB. */
export interface MysqlStoreOptions extends SqlStoreOptions {
  /** A pool of the store's own, with a database chosen; closing the store ends it. */
  readonly pool: MysqlPool;
}

/**
 * Opens everything durable in a MySQL or MariaDB database.
 * @throws TypeError for options that make no sense, and for missing migrations where `migrate` is false;
 * HufuError `store_unavailable` if the server cannot be used
 */
export async function openMysqlStore(options: MysqlStoreOptions): Promise<Store> {
  const { pool, ...shared } = options;
  if (!isMysqlPool(pool)) throw new TypeError("pool: this is no pool of mysql2/promise");
  checkEntryLife(shared.entryLifeMs);
  return openStoreOn(openMysql(pool), shared);
}
