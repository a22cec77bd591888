import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import test, { type TestContext } from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import pg from "pg";
import { createHufu } from "../../server/src/hufu/index.ts";
import { poolOf as mariadbPool } from "../../server/src/store/sql/mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { openMysqlStore } from "../../server/src/store/sql/mysql/open-mysql-store.ts";
import { openPostgresStore } from "../../server/src/store/sql/postgres/open-postgres-store.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import type { Store } from "../../server/src/store/store.ts";
import { appSecretOf, BAKERY, freshAttempt, heldOf, ISSUER, secretNamed } from "../stack/stack.fixture.ts";

const ENTRY_LIFE_MS = 720_000;
/** What is said to the database because of the call that is counted, and not by a node's work in the background. */
const asked = new AsyncLocalStorage<string[]>();
/** A hint to other nodes follows an end in the background; no answer waits for it, and none is lost with it. */
const HINT = "select pg_notify(";
const note = (text: string): void => {
  if (!text.startsWith(HINT)) asked.getStore()?.push(text);
};

type Open = (t: TestContext) => Promise<Store>;

/** Each driver sends a statement when the one before was answered: a call of it is a way to the server and back. */
const onPostgres: Open = async (t) => {
  const server = await startPostgresServer();
  t.after(() => server.close());
  const real = new pg.Pool({ host: "127.0.0.1", port: server.port, user: "postgres", database: "postgres", max: 4 });
  const counted = new WeakSet<object>();
  const pool = {
    async connect() {
      const client = await real.connect();
      if (counted.has(client)) return client;
      counted.add(client);
      const query = client.query.bind(client);
      return Object.assign(client, {
        query: (statement: { readonly text: string }) => {
          note(statement.text);
          return query(statement);
        },
      });
    },
    end: () => real.end(),
    on: (event: "error", listener: () => void) => real.on(event, listener),
    query: () => undefined,
  };
  return openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
};

const onMariadb: Open = async (t) => {
  const server = await startMariadbServer();
  t.after(() => server.close());
  const admin = mariadbPool(server.port, { connectionLimit: 1 });
  await admin.query("create database stack");
  await admin.end();
  const real = mariadbPool(server.port, { database: "stack", connectionLimit: 1 });
  const pool = {
    async getConnection() {
      const lent = await real.getConnection();
      return {
        connection: lent.connection,
        query: (text: string) => {
          note(text);
          return lent.query(text);
        },
        execute: (text: string, values: (string | null)[]) => {
          note(text);
          return lent.execute(text, values);
        },
        release: () => lent.release(),
        destroy: () => lent.destroy(),
      };
    },
    end: () => real.end(),
    execute: () => undefined,
  };
  return openMysqlStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
};

for (const [name, open] of [
  ["PostgreSQL", onPostgres],
  ["MariaDB", onMariadb],
] as const) {
  test(`on ${name} a sign-in asks the database six times, begin and commit counted`, async (t) => {
    const wechat = createSimulatedWeChat({ apps: [{ appId: BAKERY, appSecret: appSecretOf(BAKERY) }] });
    const listening = await wechat.listen();
    t.after(() => listening.close());
    const hufu = await createHufu({
      issuer: ISSUER,
      secret: secretNamed("the stack"),
      database: await open(t),
      apps: [{ appId: BAKERY, appSecret: appSecretOf(BAKERY), endpoint: listening.url }],
      roles: { member: [] },
      defaultRoles: ["member"],
    });
    t.after(() => hufu.close());
    const signIn = async (user: string, deviceId: string) => {
      const statements: string[] = [];
      const attempt = { clientId: BAKERY, code: wechat.issueCode({ appId: BAKERY, user }), attemptId: freshAttempt() };
      const answer = await asked.run(statements, () => hufu.protocol.signIn({ ...attempt, deviceId }));
      return { ...heldOf(answer), statements, attempt };
    };
    // A connection's first words are not counted.
    await signIn("warm", "one");

    const first = await signIn("alice", "one");
    const beside = await signIn("alice", "another");
    const instead = await signIn("alice", "one");
    const listed = await hufu.sessions.list(first.userId);
    assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set([beside.sid, instead.sid]), "one replaced the first");
    assert.equal(first.statements.length, 6, first.statements.join("\n"));
    assert.equal(beside.statements.length, 6, beside.statements.join("\n"));
    assert.equal(instead.statements.length, 6, instead.statements.join("\n"));

    const again = await hufu.protocol.signIn({ ...instead.attempt, deviceId: "one" });
    assert.equal(again.refreshToken, instead.refresh, "a repeat finds the session though the mark still stands");
  });
}
