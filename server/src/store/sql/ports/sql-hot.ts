import { type RawBuilder, sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { systemRandom } from "../../../core/random.ts";
import type { SweptHotStore } from "../../hot.ts";
import { CommitUnknownError } from "../../store.ts";
import { type Db, type SqlDatabase, UniqueViolation } from "../dialect.ts";
import type { HotRow } from "../schema.ts";
import { prepareClaimFreshCode } from "../statements/claim-fresh-code.ts";
import { changed, prepare } from "../statements/prepared/prepared.ts";

/** Rows that a sweep takes out at once: a short lock each time. */
const BATCH = 500;
const EPOCH_BYTES = 16;
/** A call that loses a race begins again and finds the winner; losing so often means that something else is wrong. */
const TRIES = 8;

/**
 * Short-lived facts in a table of the database, by its time. A fresh mark is one statement. A mark that was answered
 * survives what the database survives.
 */
export function createSqlHotStore(database: SqlDatabase): SweptHotStore {
  const { reader, write, writeOne, differences } = database;
  const insertFresh = prepareClaimFreshCode(reader, differences);
  const statements = prepareHot(database);
  const { insert, takeOver, takeBack, keep, addOne, takeOne, beginAnew, live, mark, dropEnded: drop } = statements;

  const claim = (name: string, holder: string, ttl: number): Promise<boolean> =>
    untilDecided(async () => {
      const fresh = { name, ttl, count: null, holder, value: null };
      if (await unlessTaken(() => writeOne((db) => insert(db, fresh)))) return true;
      if (changed(await writeOne((db) => takeOver(db, { name, ttl, holder }))) === 1) return true;
      const held = (await live(reader, { name })).rows[0];
      // None there: it ended, or was taken back, between two looks.
      return held === undefined ? undefined : held.holder === holder;
    });
  const release: SweptHotStore["release"] = async (key, holder) =>
    void (await writeOne((db) => takeBack(db, { name: `mark:${key}`, holder })));

  /** What a claim that failed may have set is taken back. */
  const claiming = async (key: string, holder: string, claimed: Promise<boolean>): Promise<boolean> => {
    try {
      return await claimed;
    } catch (error) {
      if (isCommitUnknown(error)) await release(key, holder).catch(() => undefined);
      throw error;
    }
  };

  return Object.freeze<SweptHotStore>({
    claim: (key, holder, ttlMs) => claiming(key, holder, claim(`mark:${key}`, holder, ttlMs)),
    claimFreshCode: ({ mark, kept, ...code }) => {
      const fresh = { ...code, mark: `mark:${mark}`, kept: `value:${kept}` };
      const once = async (): Promise<boolean> =>
        (await unlessTaken(async () => changed(await writeOne((db) => insertFresh(db, fresh))))) === 1;
      return claiming(mark, code.holder, once());
    },
    release,

    count: (key, windowMs) => {
      const name = `count:${key}`;
      const unit = async (db: Db): Promise<number | undefined> => {
        if (changed(await addOne(db, { name })) === 1) return (await live(db, { name })).rows[0]?.count ?? undefined;
        if (changed(await beginAnew(db, { name, ttl: windowMs })) === 1) return 1;
        await insert(db, { name, ttl: windowMs, count: 1, holder: null, value: null });
        return 1;
      };
      return untilDecided(() => unlessTaken(() => write(unit)));
    },

    uncount: async (key) => void (await writeOne((db) => takeOne(db, { name: `count:${key}` }))),

    remember: async (key, value, ttl) => {
      const name = `value:${key}`;
      const fresh = { name, ttl, count: null, holder: null, value };
      await untilDecided(async () => {
        if (changed(await writeOne((db) => keep(db, { name, ttl, value }))) === 1) return true;
        return unlessTaken(() => writeOne((db) => insert(db, fresh)));
      });
    },

    recall: async (key) => (await live(reader, { name: `value:${key}` })).rows[0]?.value ?? undefined,
    ping: async () => void (await sql`select 1`.execute(reader)),

    openWindow: (window, ttl) =>
      untilDecided(async () => {
        const name = `window:${window}`;
        const known = (await live(reader, { name })).rows[0]?.value;
        if (known !== undefined && known !== null) return known;
        const value = systemRandom(EPOCH_BYTES).toString("base64url");
        await writeOne((db) => drop(db, { name }));
        await unlessTaken(() => writeOne((db) => insert(db, { name, ttl, count: null, holder: null, value })));
        // Another node may have been first: what is stored now counts.
        return undefined;
      }),
    claimIn: async (window, epoch, proof, ttl) => {
      const used = { name: `proof:${window}:${proof}`, ttl, window: `window:${window}`, epoch };
      const first = await unlessTaken(async () => changed(await writeOne((db) => mark(db, used))));
      return first === undefined ? "again" : first === 1 ? "first" : "lost";
    },

    sweep: async () => {
      for (let swept = 0; ; ) {
        const names = await endedNames(database);
        if (names.length > 0) swept += await dropEnded(database, names);
        if (names.length < BATCH) return swept;
      }
    },
  });
}

type Of<Column extends keyof HotRow> = Pick<HotRow, "name" | Column>;
interface Lasting {
  /** Milliseconds from now. */
  readonly ttl: number;
}

/** The statements, built once. */
function prepareHot({ reader: db, differences: { now } }: SqlDatabase) {
  const later = (ttl: RawBuilder<number>): RawBuilder<number> => sql<number>`${now} + ${ttl}`;
  return {
    insert: prepare<Omit<HotRow, "until"> & Lasting, unknown>(
      ["name", "ttl", "count", "holder", "value"],
      ({ ttl, ...values }) => db.insertInto("hufu_hot").values({ ...values, until: later(ttl) }),
    ),
    /** A mark whose time is over. */
    takeOver: prepare<Of<"holder"> & Lasting, unknown>(["name", "ttl", "holder"], ({ name, ttl, holder }) =>
      db
        .updateTable("hufu_hot")
        .set({ until: later(ttl), holder })
        .where("name", "=", name)
        .where("until", "<=", now),
    ),
    takeBack: prepare<{ readonly name: string; readonly holder: string }, unknown>(
      ["name", "holder"],
      ({ name, holder }) => db.deleteFrom("hufu_hot").where("name", "=", name).where("holder", "=", holder),
    ),
    keep: prepare<Of<"value"> & Lasting, unknown>(["name", "ttl", "value"], ({ name, ttl, value }) =>
      db
        .updateTable("hufu_hot")
        .set({ until: later(ttl), value })
        .where("name", "=", name),
    ),
    addOne: prepare<Of<"name">, unknown>(["name"], ({ name }) =>
      db
        .updateTable("hufu_hot")
        .set({ count: sql<number>`${sql.ref("count")} + 1` })
        .where("name", "=", name)
        .where("until", ">", now),
    ),
    takeOne: prepare<Of<"name">, unknown>(["name"], ({ name }) =>
      db
        .updateTable("hufu_hot")
        .set({ count: sql<number>`${sql.ref("count")} - 1` })
        .where("name", "=", name)
        .where("count", ">", 0)
        .where("until", ">", now),
    ),
    beginAnew: prepare<Of<"name"> & Lasting, unknown>(["name", "ttl"], ({ name, ttl }) =>
      db
        .updateTable("hufu_hot")
        .set({ until: later(ttl), count: 1 })
        .where("name", "=", name)
        .where("until", "<=", now),
    ),
    /** A row for a used proof, only while its window has this epoch: one statement, so nothing comes between. */
    mark: prepare<Of<"name"> & Lasting & { readonly window: string; readonly epoch: string }, unknown>(
      ["name", "ttl", "window", "epoch"],
      ({ name, ttl, window, epoch }) =>
        db
          .insertInto("hufu_hot")
          .columns(["name", "until", "count", "holder", "value"])
          .expression((build) =>
            build
              .selectFrom("hufu_hot as open")
              .select([
                sql<string>`${name}`.as("name"),
                later(ttl).as("until"),
                sql<null>`null`.as("count"),
                sql<null>`null`.as("holder"),
                sql<null>`null`.as("value"),
              ])
              .where("open.name", "=", window)
              .where("open.value", "=", epoch)
              .where("open.until", ">", now),
          ),
    ),
    dropEnded: prepare<Of<"name">, unknown>(["name"], ({ name }) =>
      db.deleteFrom("hufu_hot").where("name", "=", name).where("until", "<=", now),
    ),
    live: prepare<Of<"name">, Pick<HotRow, "count" | "holder" | "value">>(["name"], ({ name }) =>
      db.selectFrom("hufu_hot").select(["count", "holder", "value"]).where("name", "=", name).where("until", ">", now),
    ),
  };
}

async function endedNames({ reader, differences: { now } }: SqlDatabase): Promise<readonly string[]> {
  const rows = await reader
    .selectFrom("hufu_hot")
    .select("name")
    .where("until", "<=", now)
    .orderBy("until")
    .limit(BATCH)
    .execute();
  return rows.map(({ name }) => name);
}

/** Only if it is still over: another holder may have taken the name since. */
async function dropEnded(database: SqlDatabase, names: readonly string[]): Promise<number> {
  const { now } = database.differences;
  const [result] = await database.writeOne((db: Db) =>
    db.deleteFrom("hufu_hot").where("name", "in", names).where("until", "<=", now).execute(),
  );
  return Number(result?.numDeletedRows ?? 0n);
}

async function untilDecided<Result>(attempt: () => Promise<Result | undefined>): Promise<Result> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const decided = await attempt();
    if (decided !== undefined) return decided;
  }
  throw new HufuError("store_unavailable", { retryAfter: 1, detail: "a short-lived fact lost every race" });
}

/** `undefined` if another one has inserted the same row meanwhile. */
async function unlessTaken<Result>(unit: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await unit();
  } catch (error) {
    if (error instanceof UniqueViolation) return undefined;
    throw error;
  }
}

function isCommitUnknown(error: unknown): boolean {
  return error instanceof HufuError && error.cause instanceof CommitUnknownError;
}
