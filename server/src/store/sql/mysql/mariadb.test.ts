import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { sql } from "kysely";
import type { RowDataPacket } from "mysql2/promise";
import { HufuError } from "../../../core/errors/errors.ts";
import { until } from "../../../core/until.fixture.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { storeCases } from "../../contract/store.contract.ts";
import { type DialectHarness, dialectCases } from "../dialect-cases.fixture.ts";
import { sideBySideCases } from "../side-by-side.fixture.ts";
import { ENTRY_LIFE_MS, type MariadbCase, mariadbCase, poolOf } from "./mariadb-case.fixture.ts";
import { startMariadbServer } from "./mariadb-server.fixture.ts";
import { mysqlDifferences, openMysql } from "./mysql.ts";
import { openMysqlStore } from "./open-mysql-store.ts";

const server = await startMariadbServer();
after(() => server.close());

for (const [port, all] of Object.entries(storeCases)) {
  describe(`MariaDB: the contract of ${port}`, { concurrency: 4 }, () => {
    for (const one of all) test(one.name, async (t) => one.run(await mariadbCase(t, server.port)));
  });
}

async function dialectCase(t: TestContext): Promise<DialectHarness> {
  const place = await mariadbCase(t, server.port);
  const { admin, pool } = place;
  return {
    ...place,
    openWith: ({ migrate }) => openMysqlStore({ pool: pool(), entryLifeMs: ENTRY_LIFE_MS, migrate }),
    database: () => {
      const database = openMysql(pool());
      t.after(() => database.close());
      return database;
    },
    run: async (statement) => void (await admin.query(statement)),
    explain: async (statements) => {
      await admin.query("analyze table hufu_users, hufu_identities, hufu_unions, hufu_sessions, hufu_hot");
      await admin.query("analyze table hufu_revocations, hufu_deliveries, hufu_audit");
      const plans = [];
      for (const { sql: statement, parameters } of statements) {
        if (/^insert/.test(statement)) continue;
        const [rows] = await admin.query<RowDataPacket[]>(`explain ${statement}`, [...parameters]);
        const whole = rows.filter(({ type }) => type === "ALL" || type === "index").map(({ table }) => String(table));
        plans.push({ statement, whole, text: JSON.stringify(rows, null, 1) });
      }
      return plans;
    },
  };
}

describe("MariaDB: what every dialect promises", () => {
  for (const one of dialectCases) test(one.name, async (t) => one.run(await dialectCase(t)));
});

describe("MariaDB: opening", () => {
  test("what is no pool, and an entry life that makes no sense, are mistakes", async (t) => {
    const { pool } = await mariadbCase(t, server.port);
    const notPool = {} as ReturnType<typeof pool>;
    await assert.rejects(openMysqlStore({ pool: notPool, entryLifeMs: 1 }), /^TypeError: pool: /);
    const unused = pool();
    await assert.rejects(openMysqlStore({ pool: unused, entryLifeMs: 0.5 }), /^TypeError: entryLifeMs: /);
    await unused.end();
  });

  test("its time is the server's, in whole milliseconds, in any time zone of the server", async (t) => {
    const pool = poolOf(server.port);
    const database = openMysql(pool);
    t.after(() => database.close());
    const { rows } = await sql<{ now: number; precise: string; zone: string }>`
      select ${mysqlDifferences.now} as now, unix_timestamp(now(6)) as precise, @@session.time_zone as zone
    `.execute(database.reader);
    const [{ now, precise, zone } = assert.fail("no row")] = rows;
    assert.equal(now, Math.floor(Number(precise) * 1000));
    assert.equal(zone, "+00:00");
  });

  test("text that differs in case, an accent or a blank at its end is two", async (t) => {
    const { open } = await mariadbCase(t, server.port);
    const store = await open();
    const words = ["o_Case", "o_case", "o_case ", "o_càse", "o_ｃase", "o_𝒸ase", "o_case\t"];
    const ids = new Set<string>();
    for (const openid of words) {
      ids.add((await signIn(store, { openid, host: { externalId: openid } })).facts.user.id);
    }
    assert.equal(ids.size, words.length);
    for (const word of words) {
      const found = await store.users.findByExternalId(word);
      assert.deepEqual([found?.user.externalId, found?.identities[0]?.openid], [word, word]);
    }
  });
});

describe("MariaDB: units of work side by side", () => {
  for (const one of sideBySideCases) {
    test(one.name, async (t) => {
      const { open, pool, admin } = await mariadbCase(t, server.port);
      const store = await open();
      const database = openMysql(pool());
      t.after(() => database.close());
      await one.run({ store, database, untilWaiting: () => untilWaiting(admin) });
    });
  }

  test("a lock that another transaction holds for too long is an outage, and then over", async (t) => {
    const { open, admin } = await mariadbCase(t, server.port);
    const store = await open();
    const { session } = (await signIn(store)).facts;
    const holder = await admin.getConnection();
    await holder.query("start transaction");
    await holder.query("select * from hufu_sessions for update");
    const next = refreshed(session);
    await assert.rejects(store.sessions.compareAndSet(next), isUnavailable);
    assert.equal((await store.sessions.findForMint(session.id))?.session.version, session.version);
    await holder.query("rollback");
    holder.release();
    assert.equal(await store.sessions.compareAndSet(next), true);
  });

  test("a pool that is used up is an outage, not a queue without end, and a caller that comes late gives back", async (t) => {
    const { open, pool } = await mariadbCase(t, server.port);
    await open();
    const only = pool({ connectionLimit: 1 });
    const store = await openMysqlStore({ pool: only, entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    const connection = await only.getConnection();
    await assert.rejects(store.ping(), isUnavailable);
    connection.release();
    await store.ping();
    await store.ping();
  });
});

function isUnavailable(error: unknown): boolean {
  return error instanceof HufuError && error.reason === "store_unavailable" && error.retryAfter === 1;
}

/** Resolves when a connection waits for a lock of another one. */
async function untilWaiting(admin: MariadbCase["admin"]): Promise<void> {
  // MariaDB renews this table at most ten times a second.
  await until(async () => {
    const [rows] = await admin.query<RowDataPacket[]>("select 1 from information_schema.innodb_lock_waits");
    return rows.length > 0;
  }, 150);
}
