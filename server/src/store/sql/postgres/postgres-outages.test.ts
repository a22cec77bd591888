import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, type TestContext, test } from "node:test";
import { HufuError } from "../../../core/errors/errors.ts";
import { until } from "../../../core/until.fixture.ts";
import type { HintsHarness } from "../../contract/contract-case.ts";
import { hintsCases } from "../../contract/hints.contract.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { CommitUnknownError, type Store } from "../../store.ts";
import { isUnavailable, outageCases, untilAnswers } from "../outages.fixture.ts";
import { openPostgresStore } from "./open-postgres-store.ts";
import { openPostgres } from "./postgres.ts";
import { ENTRY_LIFE_MS, poolOf } from "./postgres-case.fixture.ts";
import { createPostgresHints } from "./postgres-hints.ts";
import { startPostgresServer } from "./postgres-server.fixture.ts";

const server = await startPostgresServer();
after(() => server.close());

/** With time-outs as Hufu's own pools have them, but shorter. */
async function openStore(t: TestContext): Promise<Store> {
  const pool = poolOf(server.port, { connectionTimeoutMillis: 1000 });
  const store = await openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  return store;
}

/** Asks again until the server refuses as one that only reads. */
async function untilRefused(ask: () => Promise<void>): Promise<void> {
  await until(() =>
    ask().then(
      () => false,
      (error: unknown) => {
        assert.ok(isUnavailable(error), String(error));
        return true;
      },
    ),
  );
}

describe("PostgreSQL: hints", () => {
  function harness(t: TestContext): HintsHarness {
    return {
      open: async () => {
        const database = openPostgres(poolOf(server.port, { max: 3 }));
        t.after(() => database.close());
        return database.hints ?? assert.fail("PostgreSQL has hints");
      },
      interrupt: async () => {
        await server.crash();
        await server.start();
      },
    };
  }
  for (const one of hintsCases) test(one.name, (t) => one.run(harness(t)));

  test("a connection that gets no answers is given up, and another one listens", async (t) => {
    const pool = poolOf(server.port, { max: 3, connectionTimeoutMillis: 300 });
    const database = openPostgres(pool);
    t.after(() => database.close());
    const hints = createPostgresHints(pool, database.reader, { answerMs: 200, pingMs: 50 });
    let heard = 0;
    const stop = await hints.listen(() => {
      heard += 1;
    });
    const givenUp = once(pool, "remove");
    server.freeze();
    await givenUp;
    server.thaw();
    await until(() => heard > 0);
    await stop();
  });

  test("a send where the server is away is an outage", async (t) => {
    const { hints } = await openStore(t);
    await server.crash();
    await assert.rejects(hints?.send() ?? Promise.resolve(), isUnavailable);
    await server.start();
  });
});

describe("PostgreSQL: outages", () => {
  for (const one of outageCases) test(one.name, (t) => one.run({ server, open: () => openStore(t) }));

  test("a primary that becomes a standby is an outage, and its connections are not kept (F14)", async (t) => {
    const store = await openStore(t);
    const { session } = (await signIn(store, { openid: "o_standby" })).facts;
    const tool = poolOf(server.port, { max: 1 });
    const onlyRead = async (how: "on" | "off"): Promise<void> => {
      await tool.query(`alter system set default_transaction_read_only = ${how}`);
      await tool.query("select pg_reload_conf()");
    };
    t.after(async () => {
      await onlyRead("off");
      await tool.end();
    });
    await onlyRead("on");
    // Each connection learns of it in its turn, so the first questions may still be answered.
    let last = session;
    await untilRefused(async () => {
      const next = refreshed(last);
      assert.equal(await store.sessions.compareAndSet(next), true);
      last = next;
    });
    // A standby answers no reading either, not even what it knows.
    await untilRefused(async () => assert.deepEqual((await store.sessions.findForMint(session.id))?.session, last));
    await onlyRead("off");
    await untilAnswers(store);
    const next = refreshed(last);
    await until(() => store.sessions.compareAndSet(next).catch(() => false));
    await untilAnswers(store);
    assert.deepEqual((await store.sessions.findForMint(session.id))?.session, next);
  });

  test("a statement whose answer never came says that it may have been done (F11)", async (t) => {
    const store = await openStore(t);
    const { session } = (await signIn(store, { openid: "o_lost" })).facts;
    const holding = poolOf(server.port, { max: 1 });
    holding.on("error", () => undefined);
    const holder = await holding.connect();
    t.after(async () => {
      holder.release(true);
      await holding.end();
    });
    holder.on("error", () => undefined);
    await holder.query("begin; select * from hufu_sessions for update");
    const refreshing = store.sessions.compareAndSet(refreshed(session));
    const reading = assert.rejects(refreshing, (error) => {
      assert.ok(isUnavailable(error) && error instanceof HufuError);
      return error.cause instanceof CommitUnknownError;
    });
    const tool = poolOf(server.port, { max: 1 });
    await until(async () => (await tool.query("select 1 from pg_locks where not granted")).rowCount !== 0);
    await tool.end();
    await server.crash();
    await reading.finally(server.start);
    await untilAnswers(store);
  });

  test("one that says nothing while a pool is opened is one too", async () => {
    server.freeze();
    const pool = poolOf(server.port, { connectionTimeoutMillis: 200 });
    await assert.rejects(openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS }), isUnavailable);
    server.thaw();
    assert.equal(pool.ended, true);
  });
});
