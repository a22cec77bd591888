import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { Client, Pool } from "pg";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { checkDatabaseAt, openDatabaseAt, openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { atOnce, refreshed, signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import { openPostgres } from "../../server/src/store/sql/postgres/postgres.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import type { Store } from "../../server/src/store/store.ts";
import { startPgbouncer } from "../infrastructure/pgbouncer.fixture.ts";

const server = await startPostgresServer();
// Two connections for all clients, so that a statement rarely meets the connection on which it was prepared.
const pooler = await startPgbouncer({ serverPort: server.port, poolSize: 2 });
after(async () => {
  await pooler.close();
  await server.close();
});
const clock = systemClock;
const ENTRY_LIFE_MS = 720_000;

async function emptyDatabase(name: string): Promise<string> {
  const admin = new Client({ host: "127.0.0.1", port: server.port, user: "postgres", database: "postgres" });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  return name;
}
const through = (port: number, name: string): string => `postgres://postgres@127.0.0.1:${port}/${name}`;

async function openNode(t: TestContext, name: string, direct?: string): Promise<Store> {
  const store = await openStoreAt(through(pooler.port, name), { clock, direct, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  return store;
}

describe("through PgBouncer 1.18 with transaction pooling and its default settings", () => {
  test("two nodes sign in, refresh and end at once: every unit of work is whole and every end has a number", async (t) => {
    const name = await emptyDatabase("two_nodes");
    const nodes = [await openNode(t, name), await openNode(t, name)];
    const nodeOf = (index: number): Store => nodes[index % nodes.length] ?? assert.fail("two nodes");
    const { failed } = await atOnce(60, async (index) => {
      const { facts } = await signIn(nodeOf(index), {
        openid: `o_${index}`,
        plan: ({ user }) => ({ audit: [{ action: "sign_in", userId: user.id, actor: "system" }] }),
      });
      let { session } = facts;
      for (let turn = 0; turn < 4; turn += 1) {
        const next = refreshed(session);
        assert.equal(await nodeOf(index + turn).sessions.compareAndSet(next), true);
        session = next;
      }
      const stale = await nodeOf(index + 1).sessions.compareAndSet(refreshed(facts.session));
      assert.equal(stale, false, "the first version wins once");
      const how = { why: "logged_out", by: facts.user.id } as const;
      const { entries } = await nodeOf(index).sessions.end({ sid: session.id }, how, () => ({}));
      assert.equal(entries.length, 1);
    });
    assert.deepEqual(failed, []);
    const { entries, end } = await nodeOf(0).revocations.live();
    assert.equal(end.number, 60);
    assert.deepEqual(
      entries.map(({ number }) => number),
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
  });

  test("the limits of a unit of work travel with it, and stay on no connection", async (t) => {
    const database = await openDatabaseAt(through(pooler.port, await emptyDatabase("limits")), { clock });
    t.after(() => database.close());
    const ask = (db: typeof database.reader) =>
      db
        .selectNoFrom(({ fn, val }) => [
          fn<string>("current_setting", [val("idle_in_transaction_session_timeout")]).as("stalled"),
          fn<string>("current_setting", [val("lock_timeout")]).as("lock"),
          fn<string>("current_setting", [val("statement_timeout")]).as("statement"),
        ])
        .executeTakeFirstOrThrow();
    const limits = { stalled: "10s", lock: "3s", statement: "5s" };
    assert.deepEqual(await database.write(ask), limits);
    assert.deepEqual(await database.writeOne(ask), limits, "a single statement too");
    assert.deepEqual(await ask(database.reader), { stalled: "0", lock: "0", statement: "0" });
  });

  test("a node that stalls while it holds the outbox's counter is cut off, and the others go on", async (t) => {
    const name = await emptyDatabase("stalled");
    const store = await openNode(t, name);
    const { session } = (await signIn(store)).facts;
    const pool = new Pool({ connectionString: through(pooler.port, name), max: 1 });
    const stalled = openPostgres(pool, { limits: { lockMs: 3000, statementMs: 5000, stalledMs: 300 } });
    t.after(() => stalled.close());
    let holds: () => void = () => undefined;
    let goOn: () => void = () => undefined;
    const holding = new Promise<void>((resolve) => {
      holds = resolve;
    });
    const waits = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const unit = stalled.write(async (db) => {
      await db.updateTable("hufu_counters").set({ value: 7 }).where("name", "=", "revocation").execute();
      holds();
      await waits;
    });
    await holding;
    const how = { why: "kicked", by: "ops" } as const;
    const { entries } = await store.sessions.end({ sid: session.id }, how, () => ({}));
    assert.deepEqual(
      entries.map(({ number }) => number),
      [1],
    );
    goOn();
    await assert.rejects(unit, { reason: "store_unavailable" });
  });

  test("the check says that nodes poll, and a direct connection hears at once", async (t) => {
    const name = await emptyDatabase("direct");
    const direct = through(server.port, name);
    const findings = await checkDatabaseAt(through(pooler.port, name), { clock });
    // The tests' own server flushes nothing.
    const [polls, ...others] = findings.filter(({ text }) => !text.startsWith("database: fsync is off"));
    assert.match(polls?.text ?? "", /a pooler such as PgBouncer .* name the server itself in databaseDirect/);
    assert.equal(polls?.level, "warning");
    assert.deepEqual(others, []);
    const told = await checkDatabaseAt(through(pooler.port, name), { clock, direct });
    assert.ok(!told.some(({ text }) => text.includes("databaseDirect")));

    const [one, other] = [await openNode(t, name, direct), await openNode(t, name)];
    let stop: (() => Promise<void>) | undefined;
    await new Promise<void>((resolve, reject) => {
      const listening = one.hints?.listen(resolve) ?? assert.fail("PostgreSQL has hints");
      listening
        .then((stops) => {
          stop = stops;
          return other.hints?.send();
        })
        .catch(reject);
    });
    await stop?.();
  });
});

test("statement pooling is refused at start in one sentence", async (t) => {
  const name = await emptyDatabase("statements");
  const strict = await startPgbouncer({ serverPort: server.port, mode: "statement" });
  t.after(() => strict.close());
  await assert.rejects(
    openStoreAt(through(strict.port, name), { clock, entryLifeMs: ENTRY_LIFE_MS }),
    /^TypeError: database: the pooler allows no transactions.*pool_mode = transaction/,
  );
});

test("session pooling works", async (t) => {
  const name = await emptyDatabase("sessions");
  const patient = await startPgbouncer({ serverPort: server.port, mode: "session", poolSize: 12 });
  t.after(() => patient.close());
  const store = await openStoreAt(through(patient.port, name), { clock, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  const { session } = (await signIn(store)).facts;
  assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
});
