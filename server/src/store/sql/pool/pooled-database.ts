import { setTimeout as delay } from "node:timers/promises";
import { Kysely } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { systemRandom } from "../../../core/random.ts";
import type { BatchDatabase, Db, Differences, SqlDatabase } from "../dialect.ts";
import type { ReadTogether } from "../one-message/reading.ts";
import type { HufuTables } from "../schema.ts";
import { countedPool } from "./counted-pool.ts";
import { createPooledDriver, LostRaceError, saysItOnlyReads } from "./pooled-driver.ts";
import type { Patience, ServerPool } from "./server-pool.ts";

/** How often a unit of work is run at most: once, and again after each lost race. */
const RACES_MOST = 6;
/** Pause before the second run; each further pause is twice as long, with a random part. */
const FIRST_PAUSE_MS = 5;

export interface PooledDatabaseOptions {
  readonly pool: ServerPool;
  /** Connections that the pool opens at most, where it says so. */
  readonly poolSize?: number | undefined;
  readonly differences: Differences;
  /** Must a single statement be a unit as well, because time limits travel only with a unit? Default: no. */
  readonly isAlwaysUnit?: () => boolean;
  /** Runs a migration under the lock for migrations. `patient` waits without limit. */
  migrate<Result>(patient: Db, run: (db: Db) => Promise<Result>): Promise<Result>;
}

type Again = <Result>(attempt: () => Promise<Result>) => Promise<Result>;

/** A database server behind a pool: units of work run side by side, each on a connection of its own. */
export function createPooledDatabase(options: PooledDatabaseOptions): SqlDatabase {
  const { differences, isAlwaysUnit = () => false } = options;
  const pool = countedPool(options.pool, options.poolSize);
  let lostRaces = 0;
  const again: Again = (attempt) =>
    untilWon(attempt, () => {
      lostRaces += 1;
    });
  const open = (patience: Patience, again: Again): Db =>
    new Kysely<HufuTables>({
      dialect: {
        createAdapter: () => differences.createAdapter(),
        createDriver: () => createPooledDriver({ pool, patience, again }),
        createIntrospector: (db) => differences.createIntrospector(db),
        createQueryCompiler: () => differences.createQueryCompiler(),
      },
    });
  const reader = open("soon", again);
  const once = open("soon", (attempt) => attempt());
  const patient = open("whenever", again);

  let underWay = 0;
  let closing: Promise<void> | undefined;
  let whenIdle: (() => void) | undefined;

  /** A close waits for work that began before it. */
  async function begun<Result>(work: () => Promise<Result>): Promise<Result> {
    if (closing !== undefined) throw new HufuError("store_unavailable", { retryAfter: 1, detail: "store closed" });
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
      if (underWay === 0) whenIdle?.();
    }
  }

  async function end(): Promise<void> {
    if (underWay > 0) {
      await new Promise<void>((resolve) => {
        whenIdle = resolve;
      });
    }
    await pool.end();
  }

  const { readTogether: sendReadings } = pool;
  const readTogether: ReadTogether | undefined =
    sendReadings &&
    ((readings) =>
      begun(async () => {
        const sent = sendReadings(readings.map(({ text }) => text));
        const answers = await sent.catch((cause: unknown) => {
          throw new HufuError("store_unavailable", { retryAfter: 1, cause });
        });
        // Asked alone, each says where it was read.
        if (answers === undefined || answers.some(([row]) => saysItOnlyReads(row))) return undefined;
        return (one) => one.answer(answers[readings.indexOf(one)] ?? []);
      }));

  const unitAgain: SqlDatabase["write"] = (unit) => again(() => reader.transaction().execute(unit));
  const oneAgain: SqlDatabase["writeOne"] = (unit) => (isAlwaysUnit() ? unitAgain(unit) : unit(reader));
  return Object.freeze<SqlDatabase>({
    differences,
    reader,
    write: (unit) => begun(() => unitAgain(unit)),
    writeOne: (unit) => begun(() => oneAgain(unit)),
    batches: Object.freeze<BatchDatabase>({
      poolSize: options.poolSize,
      begun,
      reader: once,
      once: (unit, isUnit) => (isUnit || isAlwaysUnit() ? once.transaction().execute(unit) : unit(once)),
      alone: oneAgain,
    }),
    readTogether,
    migrate: (run) => begun(() => options.migrate(patient, run)),
    poolUse: () => ({ ...pool.use(), lostRaces }),
    close: () => {
      closing ??= end();
      return closing;
    },
  });
}

/** Repeats after a lost race, after a random pause, so that the same two do not meet again. */
async function untilWon<Result>(attempt: () => Promise<Result>, onLost: () => void): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LostRaceError)) throw error;
      onLost();
      if (tried === RACES_MOST) throw new HufuError("store_unavailable", { retryAfter: 1, cause: error });
      await delay(FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + chance()));
    }
  }
}

/** From 0 to 1. */
function chance(): number {
  return systemRandom(1).readUInt8() / 255;
}
