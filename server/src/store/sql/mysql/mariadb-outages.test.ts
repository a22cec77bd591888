import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { createPool } from "mysql2/promise";
import { HufuError } from "../../../core/errors/errors.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { CommitUnknownError, type Store } from "../../store.ts";
import { isUnavailable, outageCases, untilAnswers } from "../outages.fixture.ts";
import { ENTRY_LIFE_MS, poolOf } from "./mariadb-case.fixture.ts";
import { startMariadbServer } from "./mariadb-server.fixture.ts";
import { openMysqlStore } from "./open-mysql-store.ts";

const server = await startMariadbServer();
after(() => server.close());
const maker = poolOf(server.port, { connectionLimit: 1 });
await maker.query("create database outages");
await maker.end();

async function openStore(t: TestContext): Promise<Store> {
  const pool = poolOf(server.port, { database: "outages", connectTimeout: 1000 });
  const store = await openMysqlStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
  t.after(() => store.close());
  return store;
}

describe("MariaDB: outages", () => {
  for (const one of outageCases) test(one.name, (t) => one.run({ server, open: () => openStore(t) }));

  test("a statement whose connection was cut says that it may have been done", async (t) => {
    const store = await openStore(t);
    const { session } = (await signIn(store, { openid: "o_lost" })).facts;
    const holding = poolOf(server.port, { database: "outages", connectionLimit: 1 });
    const holder = await holding.getConnection();
    await holder.query("start transaction");
    await holder.query("select * from hufu_sessions for update");
    const refreshing = assert.rejects(
      store.sessions.compareAndSet(refreshed(session)),
      (error) => error instanceof HufuError && isUnavailable(error) && error.cause instanceof CommitUnknownError,
    );
    await server.crash();
    await refreshing;
    holder.destroy();
    await holding.end();
    await server.start();
    await untilAnswers(store);
  });

  test("one that says nothing while a pool is opened is one too", async () => {
    server.freeze();
    const pool = poolOf(server.port, { database: "outages", connectTimeout: 200 });
    await assert.rejects(openMysqlStore({ pool, entryLifeMs: ENTRY_LIFE_MS }), isUnavailable);
    server.thaw();
  });

  test("a primary that becomes a replica is an outage, and its connections are not kept", async (t) => {
    const admin = poolOf(server.port, { connectionLimit: 1 });
    t.after(() => admin.end());
    await admin.query("create user plain identified by 'a-test-password'");
    await admin.query("grant all on outages.* to plain");
    const pool = poolOf(server.port, { user: "plain", password: "a-test-password", database: "outages" });
    const store = await openMysqlStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    const { session } = (await signIn(store, { openid: "o_replica" })).facts;
    await admin.query("set global read_only = 1");
    const next = refreshed(session);
    await assert.rejects(store.sessions.compareAndSet(next), isUnavailable);
    await assert.rejects(store.sessions.findForMint(session.id), isUnavailable);
    await admin.query("set global read_only = 0");
    await untilAnswers(store);
    assert.equal(await store.sessions.compareAndSet(next), true);
  });

  test("a database that is not there, and a user who may not, are outages", async () => {
    for (const wrong of [{ database: "nowhere" }, { user: "nobody", password: "x" }]) {
      const pool = createPool({ host: "127.0.0.1", port: server.port, user: "root", database: "outages", ...wrong });
      await assert.rejects(openMysqlStore({ pool, entryLifeMs: ENTRY_LIFE_MS }), isUnavailable);
    }
  });
});
