import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { CommitUnknownError } from "../../store.ts";
import { UniqueViolation } from "../dialect.ts";
import { postgresDifferences } from "../postgres/postgres.ts";
import { countedPool } from "./counted-pool.ts";
import { createPooledDatabase } from "./pooled-database.ts";
import type { Fault, ServerPool, UnitStatement } from "./server-pool.ts";

class Scripted extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(fault.kind);
    this.fault = fault;
  }
}

interface Answers {
  /** What the server says that it carried out, where that is not what it was asked. */
  readonly did?: Partial<Record<UnitStatement, UnitStatement>>;
  /** What every statement answers. Default: no row. */
  readonly rows?: readonly object[];
  readonly isAlwaysUnit?: boolean;
}

/** A database whose server does what `script` says: it throws for a statement that fails. */
function databaseThat(script: (text: string, turn: number) => Fault | undefined, answers: Answers = {}) {
  const said: string[] = [];
  function say(text: string): void {
    said.push(text);
    const fault = script(text, said.filter((other) => other === text).length);
    if (fault !== undefined) throw new Scripted(fault);
  }
  const pool: ServerPool = {
    borrow: async () => ({
      run: async <Row>(text: string) => {
        say(text);
        return { rows: (answers.rows ?? []) as Row[], numAffectedRows: 1n };
      },
      control: async (statement) => {
        say(statement);
        return answers.did?.[statement] ?? statement;
      },
      release: (isBroken) => void said.push(isBroken ? "thrown away" : "given back"),
    }),
    faultOf: (error) => (error instanceof Scripted ? error.fault : { kind: "ours" }),
    end: async () => void said.push("ended"),
  };
  const database = createPooledDatabase({
    pool,
    differences: postgresDifferences,
    isAlwaysUnit: () => answers.isAlwaysUnit ?? false,
    migrate: (patient, run) => run(patient),
  });
  return { database, said };
}

const isUnavailable = (error: unknown): error is HufuError =>
  error instanceof HufuError && error.reason === "store_unavailable" && error.retryAfter === 1;
const mayHaveHappened = (error: unknown): boolean => isUnavailable(error) && error.cause instanceof CommitUnknownError;
const surelyNot = (error: unknown): boolean => isUnavailable(error) && !(error.cause instanceof CommitUnknownError);
const race: Fault = { kind: "race" };

test("a unit is begun, carried out and committed on one connection", async () => {
  const { database, said } = databaseThat(() => undefined);
  await database.write((db) => sql`change`.execute(db));
  assert.deepEqual(said, ["begin", "change", "commit", "given back"]);
});

test("a server that answers a begin or a commit with something else is an outage, and its connection is not kept", async () => {
  for (const [asked, did, isOutage] of [
    ["begin", "commit", surelyNot],
    ["begin", "rollback", surelyNot],
    ["commit", "begin", mayHaveHappened],
  ] as const) {
    const { database, said } = databaseThat(() => undefined, { did: { [asked]: did } });
    await assert.rejects(
      database.write((db) => sql`change`.execute(db)),
      isOutage,
    );
    assert.equal(said.includes("change"), asked === "commit");
    assert.equal(said.at(-1), "thrown away");
  }
});

test("a connection whose rollback was answered with something else is not kept", async () => {
  const { database, said } = databaseThat(() => undefined, { did: { rollback: "begin" } });
  await assert.rejects(
    database.write(async () => {
      throw new RangeError("the unit's own");
    }),
    RangeError,
  );
  assert.equal(said.at(-1), "thrown away");
});

test("a reading that a server answers which only reads is an outage, and its connection is not kept", async () => {
  for (const only_reads of [1, 0]) {
    const { database, said } = databaseThat(() => undefined, { rows: [{ only_reads }] });
    const reading = sql`look`.execute(database.reader);
    if (only_reads === 1) await assert.rejects(reading, surelyNot);
    else await reading;
    assert.equal(said.at(-1), only_reads === 1 ? "thrown away" : "given back");
  }
});

test("where only a unit brings its limits along, a single statement is one", async () => {
  const { database, said } = databaseThat(() => undefined, { isAlwaysUnit: true });
  await database.writeOne((db) => sql`change`.execute(db));
  assert.deepEqual(said, ["begin", "change", "commit", "given back"]);
});

test("a unit that loses a race is run again from its beginning, wherever it lost it", async () => {
  for (const where of ["begin", "change", "commit"]) {
    const { database, said } = databaseThat((text, turn) => (text === where && turn < 3 ? race : undefined));
    let runs = 0;
    await database.write(async (db) => {
      runs += 1;
      await sql`change`.execute(db);
    });
    assert.equal(runs, where === "begin" ? 1 : 3);
    assert.equal(said.filter((word) => word === "commit").length, where === "commit" ? 3 : 1);
  }
});

test("one that loses every race is an outage after six", async () => {
  const { database, said } = databaseThat((text) => (text === "change" ? race : undefined));
  await assert.rejects(
    database.write((db) => sql`change`.execute(db)),
    surelyNot,
  );
  assert.equal(said.filter((word) => word === "change").length, 6);
  assert.equal(said.filter((word) => word === "rollback").length, 6);
});

test("a single statement is run again by itself, without a transaction", async () => {
  const { database, said } = databaseThat((_, turn) => (turn < 4 ? race : undefined));
  await database.writeOne((db) => sql`change`.execute(db));
  assert.deepEqual(said, ["change", "change", "change", "change", "given back"]);
});

test("silence at a commit may mean that it happened, and so may any refusal of it", async () => {
  for (const kind of ["silent", "refused"] as const) {
    const { database, said } = databaseThat((text) => (text === "commit" ? { kind } : undefined));
    await assert.rejects(
      database.write((db) => sql`change`.execute(db)),
      mayHaveHappened,
    );
    assert.equal(said.at(-1), "thrown away");
  }
});

test("silence before the commit means that it did not happen", async () => {
  const { database, said } = databaseThat((text) => (text === "change" ? { kind: "silent" } : undefined));
  await assert.rejects(
    database.write((db) => sql`change`.execute(db)),
    surelyNot,
  );
  assert.deepEqual(said, ["begin", "change", "thrown away"]);
});

test("silence behind a single statement may mean that it happened, unless it only reads", async () => {
  const { database } = databaseThat(() => ({ kind: "silent" }));
  await assert.rejects(
    database.writeOne((db) => db.deleteFrom("hufu_hot").execute()),
    mayHaveHappened,
  );
  await assert.rejects(database.reader.selectFrom("hufu_hot").selectAll().execute(), surelyNot);
});

test("a refusal keeps the connection, a standby's does not", async () => {
  for (const [kind, end] of [
    ["refused", "given back"],
    ["standby", "thrown away"],
  ] as const) {
    const { database, said } = databaseThat((text) => (text === "change" ? { kind } : undefined));
    await assert.rejects(
      database.write((db) => sql`change`.execute(db)),
      surelyNot,
    );
    assert.equal(said.at(-1), end);
  }
});

test("a violation of uniqueness says where, and shows no written value", async () => {
  const { database } = databaseThat((text) => (text === "change" ? { kind: "repeats", where: "hufu_x.y" } : undefined));
  await assert.rejects(
    database.write((db) => sql`change`.execute(db)),
    (error) => error instanceof UniqueViolation && error.where === "hufu_x.y" && error.cause === undefined,
  );
});

test("our own mistakes and the unit's own errors arrive untouched, after a rollback", async () => {
  const { database, said } = databaseThat((text) => (text === "wrong" ? { kind: "ours" } : undefined));
  await assert.rejects(
    database.write((db) => sql`wrong`.execute(db)),
    Scripted,
  );
  const mine = new Error("mine");
  await assert.rejects(
    database.write(async () => {
      throw mine;
    }),
    (error) => error === mine,
  );
  assert.deepEqual(said, ["begin", "wrong", "rollback", "given back", "begin", "rollback", "given back"]);
});

test("a rollback that fails is not what is told, and its connection is not kept", async () => {
  const { database, said } = databaseThat((text) => (text === "begin" ? undefined : { kind: "refused" }));
  await assert.rejects(
    database.write(async () => {
      throw new RangeError("the unit's own");
    }),
    RangeError,
  );
  assert.equal(said.at(-1), "thrown away");
});

test("a close waits for what was begun, refuses what comes, and ends the pool once", async () => {
  const { database, said } = databaseThat(() => undefined);
  let goOn: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const begun = database.write(() => waits);
  const closed = Promise.all([database.close(), database.close()]);
  await assert.rejects(
    database.write(() => Promise.resolve()),
    surelyNot,
  );
  assert.ok(!said.includes("ended"));
  goOn();
  await begun;
  await closed;
  assert.equal(said.filter((word) => word === "ended").length, 1);
});

test("a pool says how much of it is in use, and how many races were lost", async () => {
  const { database } = databaseThat((text, turn) => (text === "change" && turn < 3 ? race : undefined));
  const { poolUse } = database;
  assert.deepEqual(poolUse?.(), { inUse: 0, waitedFor: 0, most: undefined, lostRaces: 0 });
  const asked = database.write(async (db) => {
    await sql`change`.execute(db);
    return poolUse?.();
  });
  assert.deepEqual(await asked, { inUse: 1, waitedFor: 0, most: undefined, lostRaces: 2 });
  assert.equal(poolUse?.().inUse, 0);
});

test("a connection that is waited for is counted as such, and as in use until it is given back, once", async () => {
  const connection = { run: () => assert.fail(), control: () => assert.fail(), release: () => undefined };
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  const refusing = new Error("no connection");
  const pool = countedPool(
    {
      borrow: async (patience) => {
        if (patience === "whenever") throw refusing;
        await given;
        return connection;
      },
      faultOf: () => ({ kind: "ours" }),
      end: async () => undefined,
    },
    10,
  );
  const borrowed = pool.borrow("soon");
  assert.deepEqual(pool.use(), { inUse: 0, waitedFor: 1, most: 10 });
  give();
  const { release } = await borrowed;
  assert.deepEqual(pool.use(), { inUse: 1, waitedFor: 0, most: 10 });
  release(false);
  release(false);
  await assert.rejects(pool.borrow("whenever"), refusing);
  assert.deepEqual(pool.use(), { inUse: 0, waitedFor: 0, most: 10 });
});
