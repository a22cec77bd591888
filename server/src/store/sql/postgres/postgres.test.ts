import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { until } from "../../../core/until.fixture.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { storeCases } from "../../contract/store.contract.ts";
import { type DialectHarness, dialectCases } from "../dialect-cases.fixture.ts";
import { createSqlStore } from "../ports/sql-store.ts";
import { sideBySideCases } from "../side-by-side.fixture.ts";
import { openPostgresStore } from "./open-postgres-store.ts";
import { openPostgres, postgresDifferences } from "./postgres.ts";
import { ENTRY_LIFE_MS, poolOf, postgresCase } from "./postgres-case.fixture.ts";
import type { PostgresClient, PostgresPool, PostgresQuery } from "./postgres-pool.ts";
import { startPostgresServer } from "./postgres-server.fixture.ts";

const server = await startPostgresServer();
after(() => server.close());

for (const [port, all] of Object.entries(storeCases)) {
  describe(`PostgreSQL: the contract of ${port}`, { concurrency: 4 }, () => {
    for (const one of all) test(one.name, async (t) => one.run(await postgresCase(t, server.port)));
  });
}

async function dialectCase(t: TestContext): Promise<DialectHarness> {
  const place = await postgresCase(t, server.port);
  const { pool } = place;
  const tool = pool({ max: 1 });
  t.after(() => tool.end());
  return {
    ...place,
    openWith: ({ migrate }) => openPostgresStore({ pool: pool(), entryLifeMs: ENTRY_LIFE_MS, migrate }),
    database: () => {
      const database = openPostgres(pool());
      t.after(() => database.close());
      return database;
    },
    run: async (statement) => void (await tool.query(statement)),
    explain: async (statements) => {
      // With few rows PostgreSQL would rather read them all: what it does now, it does because there is no index to use.
      await tool.query("analyze; set enable_seqscan = off");
      const plans = [];
      for (const { sql: statement, parameters } of statements) {
        const { rows } = await tool.query<{ "QUERY PLAN": string }>(`explain ${statement}`, [...parameters]);
        const lines = rows.map((row) => row["QUERY PLAN"]);
        const whole = lines.flatMap((line) => /Seq Scan on (\w+)/.exec(line)?.[1] ?? []);
        plans.push({ statement, whole, text: lines.join("\n") });
      }
      return plans;
    },
  };
}

describe("PostgreSQL: what every dialect promises", () => {
  for (const one of dialectCases) test(one.name, async (t) => one.run(await dialectCase(t)));
});

describe("PostgreSQL: rows for many values", () => {
  test("are found by the whole index in a table that was filled after it was last looked at", async (t) => {
    const { pool, open } = await postgresCase(t, server.port);
    await open();
    const database = openPostgres(pool());
    t.after(() => database.close());
    const [known, wanted] = [3000, 500];
    const read = await database.write(async (db) => {
      await sql`analyze hufu_identities`.execute(db);
      await sql`
        insert into hufu_users (id, status, ver, resolved_ver, roles, created_at) values ('u_1', 'active', 1, 0, '[]', 0)
      `.execute(db);
      await sql`
        insert into hufu_identities (platform, app, openid, client_id, user_id, created_at)
        select 'wechat', 'wx_one', 'o_' || n, 'wx_one', 'u_1', 0 from generate_series(1, ${known}) n
      `.execute(db);
      const openids = Array.from({ length: wanted }, (_, index) => `o_${index + 1}`);
      const rows = await database.differences.rowsOf(db, openids, (isOneOf) =>
        db
          .selectFrom("hufu_identities")
          .select("openid")
          .where("platform", "=", "wechat")
          .where("app", "=", "wx_one")
          .where(isOneOf("openid")),
      );
      assert.equal(rows.length, wanted);
      const { rows: counted } = await sql<{ fetched: number }>`
        select idx_tup_fetch + seq_tup_read as fetched
        from pg_stat_xact_user_tables where relid = 'hufu_identities'::regclass
      `.execute(db);
      return counted[0]?.fetched;
    });
    assert.equal(read, wanted);
  });
});

describe("PostgreSQL: opening", () => {
  test("what is no pool, and an entry life that makes no sense, are mistakes", async (t) => {
    const { pool } = await postgresCase(t, server.port);
    const notPool = {} as ReturnType<typeof pool>;
    await assert.rejects(openPostgresStore({ pool: notPool, entryLifeMs: 1 }), /^TypeError: pool: /);
    const unused = pool();
    for (const entryLifeMs of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(openPostgresStore({ pool: unused, entryLifeMs }), /^TypeError: entryLifeMs: /);
    }
    await unused.end();
  });

  test("statements that the server has forgotten, or knows already, are asked anew without a name", async (t) => {
    const { open, pool } = await postgresCase(t, server.port);
    await open();
    const single = pool({ max: 1 });
    const database = openPostgres(single);
    const store = createSqlStore(database, ENTRY_LIFE_MS);
    t.after(() => store.close());
    const { session } = (await signIn(store)).facts;
    assert.ok(await store.sessions.findForMint(session.id));
    // As a pooler does that lends another connection of the server.
    await single.query("deallocate all");
    assert.equal((await store.sessions.findForMint(session.id))?.session.id, session.id);
    const next = refreshed(session);
    assert.equal(await store.sessions.compareAndSet(next), true);
    await store.sessions.end({ sid: session.id }, { why: "kicked", by: "ops" }, () => ({}));
    const { rows } = await single.query<{ count: string }>(
      "select count(*)::text as count from pg_prepared_statements",
    );
    assert.equal(rows[0]?.count, "0");
  });

  test("tables of another schema are not taken for its own", async (t) => {
    const [one, other] = [await postgresCase(t, server.port), await postgresCase(t, server.port)];
    const store = await one.open();
    await signIn(store);
    const beside = await other.open();
    assert.equal(await beside.users.findByIdentity({ platform: "wechat", app: "wx_one", openid: "o_1" }), undefined);
  });

  test("its time is the server's, in whole milliseconds", async (t) => {
    const pool = poolOf(server.port);
    t.after(() => pool.end());
    const { reader } = openPostgres(pool);
    const { rows } = await sql<{ now: number; precise: string }>`
      select ${postgresDifferences.now} as now, (extract(epoch from statement_timestamp()) * 1000)::text as precise
    `.execute(reader);
    const [{ now, precise } = assert.fail("no row")] = rows;
    assert.equal(now, Math.floor(Number(precise)));
  });
});

describe("PostgreSQL: statements and text", () => {
  test("are in the order of their bytes, in any language of the server", async (t) => {
    const { open, pool } = await postgresCase(t, server.port);
    const store = await open();
    const openids = ["o_a", "o_B", "o_ä", "o_C"];
    for (const openid of openids) await signIn(store, { openid, sessionKey: { sealed: "sealed", exchangedAt: 1 } });
    const sorted = (await store.users.sessionKeysAfter(null, 10)).map(({ openid }) => openid);
    assert.deepEqual(sorted, ["o_B", "o_C", "o_a", "o_ä"]);
    const tool = pool();
    const { rows } = await tool.query("select 'o_a' < 'o_B' as by_language");
    await tool.end();
    assert.deepEqual(rows, [{ by_language: true }], "the server would do as it likes");
  });
});

describe("PostgreSQL: what it is asked", () => {
  test("a refresh is one read and one compare-and-set, parsed once per connection, and nothing around them", async (t) => {
    const { pool } = await postgresCase(t, server.port);
    const { heard, overheard } = overhear(pool({ max: 1 }));
    const store = await openPostgresStore({ pool: overheard, entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    const { session } = (await signIn(store)).facts;
    heard.length = 0;
    const found = await store.sessions.findForMint(session.id);
    assert.equal(await store.sessions.compareAndSet(refreshed(found?.session ?? session)), true);
    assert.deepEqual(
      heard.map(({ text, name }) => [text.split(" ")[0], name !== undefined]),
      [
        ["select", true],
        ["update", true],
      ],
    );
  });

  test("a store that is closed while a listener is open closes", async (t) => {
    const { open } = await postgresCase(t, server.port);
    const store = await open();
    const stop = await store.hints?.listen(() => undefined);
    await store.close();
    await stop?.();
  });
});

describe("PostgreSQL: units of work side by side", () => {
  for (const one of sideBySideCases) {
    test(one.name, async (t) => {
      const { open, pool } = await postgresCase(t, server.port);
      const store = await open();
      const database = openPostgres(pool());
      t.after(() => database.close());
      await one.run({ store, database, untilWaiting: () => untilWaiting(pool()) });
    });
  }

  test("a unit that goes on after a failed statement is not taken for done", async (t) => {
    const { open, pool } = await postgresCase(t, server.port);
    await open();
    const database = openPostgres(pool());
    t.after(() => database.close());
    await assert.rejects(
      database.write((db) => sql`select 1 / 0`.execute(db).catch(() => undefined)),
      /went on after a statement of it had failed/,
    );
  });

  test("a lock that another transaction holds for too long is an outage, and then over", async (t) => {
    const { open, pool } = await postgresCase(t, server.port);
    const { session } = (await signIn(await open())).facts;
    const store = await openPostgresStore({ pool: pool({ lock_timeout: 100 }), entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    const tool = pool();
    t.after(() => tool.end());
    const holder = await tool.connect();
    await holder.query("begin; select * from hufu_sessions for update");
    const next = refreshed(session);
    await assert.rejects(store.sessions.compareAndSet(next), isUnavailable);
    assert.equal((await store.sessions.findForMint(session.id))?.session.version, session.version);
    await holder.query("rollback");
    holder.release();
    assert.equal(await store.sessions.compareAndSet(next), true);
  });

  test("a pool that is used up is an outage, not a queue without end", async (t) => {
    const { open, pool } = await postgresCase(t, server.port);
    await open();
    const only = pool({ max: 1, connectionTimeoutMillis: 100 });
    const store = await openPostgresStore({ pool: only, entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    const client = await only.connect();
    await assert.rejects(store.ping(), isUnavailable);
    client.release();
    await store.ping();
  });
});

/** A pool, and what is asked through it. */
function overhear(pool: PostgresPool & { query: unknown }) {
  const heard: PostgresQuery[] = [];
  const met = new WeakMap<PostgresClient, PostgresClient>();
  const beside = (client: PostgresClient): PostgresClient => ({
    query: (query) => {
      heard.push(query);
      return client.query(query);
    },
    release: (destroy) => client.release(destroy),
    on: () => undefined,
  });
  const overheard = {
    connect: async () => {
      const client = await pool.connect();
      const known = met.get(client) ?? beside(client);
      met.set(client, known);
      return known;
    },
    end: () => pool.end(),
    on: () => undefined,
    query: () => assert.fail("a pool's own query has no time limit of ours"),
  };
  return { heard, overheard };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HufuError && error.reason === "store_unavailable" && error.retryAfter === 1;
}

/** Resolves when a connection waits for a lock of another one. */
async function untilWaiting(tool: ReturnType<typeof poolOf>): Promise<void> {
  try {
    await until(async () => (await tool.query("select 1 from pg_locks where not granted")).rows.length > 0);
  } finally {
    await tool.end();
  }
}
