import type { Store } from "../store/store.ts";
import { entryLifeOf } from "./database/entry-life.ts";
import { checkDatabaseUrl, openStoreAt } from "./database/open-database.ts";
import type { NodeEnvironment } from "./node/node-environment.ts";
import type { HufuOptions } from "./options/options.ts";
import { checkRedis, openShared, type Shared } from "./redis/open-redis.ts";

/** The database, and what the nodes share beside it. */
export interface OpenStorage {
  readonly store: Store;
  readonly shared: Shared;
  /** No other process uses it: SQLite without Redis. */
  readonly isAlone: boolean;
  close(): Promise<void>;
}

/**
 * Checks what the options name, then opens it. After a failure nothing stays open.
 * @param accessMs life of an access token
 * @throws TypeError for a URL that is not understood and for a driver that is not installed; HufuError `store_unavailable`
 */
export async function openStorage(
  options: Pick<HufuOptions, "database" | "databaseDirect" | "redis" | "hot" | "hints">,
  accessMs: number,
  environment: NodeEnvironment,
): Promise<OpenStorage> {
  const { database, databaseDirect: direct, redis, hot } = options;
  const { clock, log, processes } = environment;
  await checkRedis(redis);
  if (typeof database === "string") await checkDatabaseUrl(database, direct);

  const store =
    typeof database === "string"
      ? await openStoreAt(database, { clock, direct, processes, entryLifeMs: entryLifeOf(accessMs), log })
      : database;
  const shared = await openShared(options, store, environment).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  return Object.freeze<OpenStorage>({
    store,
    shared,
    isAlone: typeof database === "string" && database.startsWith("sqlite:") && redis === undefined && hot === undefined,
    async close() {
      await shared.stop();
      await store.close();
    },
  });
}
