import type { StartReading } from "../store/start-reading.ts";
import type { Store } from "../store/store.ts";
import { entryLifeOf } from "./database/entry-life.ts";
import { checkDatabaseUrl, openNodeAt } from "./database/open-database.ts";
import type { NodeEnvironment } from "./node/node-environment.ts";
import type { HufuOptions } from "./options/options.ts";
import { checkRedis, openShared, type Shared } from "./redis/open-redis.ts";

/** What was read with the opening of the database, and when. */
export interface TimedReading extends StartReading {
  /** Monotonic ms before it was asked. */
  readonly began: number;
  /** Epoch ms of this machine when it was answered. */
  readonly at: number;
}

/** The database, and what the nodes share beside it. */
export interface OpenStorage {
  readonly store: Store;
  readonly shared: Shared;
  /** Absent where it must be read anew. */
  readonly start: TimedReading | undefined;
  /** No other process uses it: SQLite without Redis. */
  readonly isAlone: boolean;
  close(): Promise<void>;
}

/** A node reads its outbox twice as often. */
const FRESH_MS = 1000;

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

  const began = clock.monotonic();
  const { store, start } =
    typeof database === "string"
      ? await openNodeAt(database, { clock, direct, processes, entryLifeMs: entryLifeOf(accessMs), log })
      : { store: database, start: undefined };
  const at = clock.now();
  const shared = await openShared(options, store, environment).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  // A Redis that is silent may have held this up: what was read is old by then.
  const isFresh = clock.monotonic() - began < FRESH_MS;
  return Object.freeze<OpenStorage>({
    store,
    shared,
    start: start !== undefined && isFresh ? { ...start, began, at } : undefined,
    isAlone: typeof database === "string" && database.startsWith("sqlite:") && redis === undefined && hot === undefined,
    async close() {
      await shared.stop();
      await store.close();
    },
  });
}
