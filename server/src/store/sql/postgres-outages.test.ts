import assert from "node:assert/strict";
import { once } from "node:events";
import { after, describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { HufuError } from "../../core/errors.ts";
import type { HintsHarness } from "../contract.ts";
import { hintsCases } from "../hints.contract.ts";
import { refreshed, signIn } from "../sample-sign-in.ts";
import { CommitUnknownError, type Store } from "../store.ts";
import { openPostgresStore } from "./open-postgres-store.ts";
import { openPostgres } from "./postgres.ts";
import { ENTRY_LIFE_MS, poolOf } from "./postgres-case.testing.ts";
import { createPostgresHints } from "./postgres-hints.ts";
import { startPostgresServer } from "./postgres-server.testing.ts";

const server = await startPostgresServer();
after(() => server.close());

/** With time-outs as Hufu's own pools have them, but shorter. */
async function openStore(t: TestContext): Promise<Store> {
  const pool = poolOf(server.port, { connectionTimeoutMillis: 1000 });
  const store = await openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  return store;
}

const isUnavailable = (error: unknown): boolean => error instanceof HufuError && error.reason === "store_unavailable";

async function untilAnswers(store: Store): Promise<void> {
  for (let looks = 0; ; looks += 1) {
    try {
      return await store.ping();
    } catch (error) {
      assert.ok(looks < 600, "it never came back");
      assert.ok(isUnavailable(error), String(error));
      await delay(20);
    }
  }
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

  test("a connection that nobody answers is given up, and another one listens", async (t) => {
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
    for (let looks = 0; heard === 0; looks += 1) {
      assert.ok(looks < 1000, "nobody listens any more");
      await delay(10);
    }
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
  test("a crash is an outage for all, and what was answered before is there when it is over", async (t) => {
    const store = await openStore(t);
    const { session } = (await signIn(store, { openid: "o_crash" })).facts;
    const next = refreshed(session);
    assert.equal(await store.sessions.compareAndSet(next), true);
    await server.crash();
    await assert.rejects(store.sessions.findForMint(session.id), isUnavailable);
    await assert.rejects(store.sessions.compareAndSet(refreshed(next)), isUnavailable);
    await assert.rejects(signIn(store, { openid: "o_crash" }), isUnavailable);
    await server.start();
    await untilAnswers(store);
    const found = await store.sessions.findForMint(session.id);
    assert.equal(found?.session.version, next.version);
  });

  test("a crash under load: each answer is true, and nobody waits for ever", async (t) => {
    const store = await openStore(t);
    const lanes = await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => (await signIn(store, { openid: `o_lane${lane}` })).facts.session),
    );
    const answered = new Map(lanes.map((session) => [session.id, session.version]));
    const live = async (lane: (typeof lanes)[number]): Promise<void> => {
      for (let session = lane; ; ) {
        const next = refreshed(session);
        assert.equal(await store.sessions.compareAndSet(next), true);
        answered.set(next.id, next.version);
        session = next;
      }
    };
    const lives = Promise.allSettled(lanes.map(live));
    await delay(100);
    await server.crash();
    for (const life of await lives) {
      assert.ok(life.status === "rejected" && isUnavailable(life.reason), String(life));
    }
    await server.start();
    await untilAnswers(store);
    for (const [id, version] of answered) {
      const { session } = (await store.sessions.findForMint(id)) ?? assert.fail("an answered sign-in is lost");
      assert.ok(session.version === version || session.version === version + 1, `${version} → ${session.version}`);
    }
  });

  test("a statement whose answer never came says that it may have been done", async (t) => {
    const store = await openStore(t);
    const { session } = (await signIn(store, { openid: "o_lost" })).facts;
    const holding = poolOf(server.port, { max: 1 });
    t.after(() => holding.end());
    holding.on("error", () => undefined);
    const holder = await holding.connect();
    holder.on("error", () => undefined);
    await holder.query("begin; select * from hufu_sessions for update");
    const refreshing = store.sessions.compareAndSet(refreshed(session));
    const reading = assert.rejects(refreshing, (error) => {
      assert.ok(isUnavailable(error) && error instanceof HufuError);
      return error.cause instanceof CommitUnknownError;
    });
    const tool = poolOf(server.port, { max: 1 });
    for (let looks = 0; looks < 3000; looks += 1) {
      const { rowCount } = await tool.query("select 1 from pg_locks where not granted");
      if (rowCount !== 0) break;
    }
    await tool.end();
    await server.crash();
    await reading;
    holder.release(true);
    await server.start();
    await untilAnswers(store);
  });

  test("a server that takes connections and says nothing is an outage within seconds", async (t) => {
    const store = await openStore(t);
    const { session } = (await signIn(store, { openid: "o_frozen" })).facts;
    server.freeze();
    const asked = await Promise.allSettled([
      store.ping(),
      store.sessions.findForMint(session.id),
      store.sessions.compareAndSet(refreshed(session)),
      signIn(store, { openid: "o_frozen" }),
    ]);
    server.thaw();
    for (const answer of asked) assert.ok(answer.status === "rejected" && isUnavailable(answer.reason));
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
