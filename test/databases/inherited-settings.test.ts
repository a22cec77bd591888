import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createConnection, createPool } from "mysql2/promise";
import { Client } from "pg";
import { deployment, runHufu, startHufu } from "../../server/src/cli/hufu.fixture.ts";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { refreshed, signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { createMysqlConnections } from "../../server/src/store/sql/mysql/mysql-connection.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";

const options = { clock: systemClock, entryLifeMs: 720_000 };
/** Every character that some setting gives another meaning. */
const NAME = `C:\\dir "it's" || 'x' \\' -- 虎📱`;

const postgres = await startPostgresServer();
const mariadb = await startMariadbServer();
after(() => Promise.all([postgres.close(), mariadb.close()]));

const postgresUrl = (name: string, role = "postgres"): string =>
  `postgres://${role}@127.0.0.1:${postgres.port}/${name}`;
const mariadbUrl = (name: string): string => `mysql://root@127.0.0.1:${mariadb.port}/${name}`;

async function askPostgres(...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: postgresUrl("postgres") });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function askMariadb(...statements: readonly string[]): Promise<void> {
  const connection = await createConnection({ uri: mariadbUrl("mysql") });
  for (const statement of statements) await connection.query(statement);
  await connection.end();
}

/** A MariaDB with these settings for as long as the work lasts; they hold for the connections that are made then. */
async function withGlobals(settings: Readonly<Record<string, string>>, work: () => Promise<void>): Promise<void> {
  await askMariadb(...Object.entries(settings).map(([name, value]) => `set global ${name} = ${value}`));
  try {
    await work();
  } finally {
    await askMariadb(...Object.keys(settings).map((name) => `set global ${name} = default`));
  }
}

/** Migrates, signs in two devices of one user, refreshes, lists, ends and seals. */
async function livesAt(url: string): Promise<void> {
  const store = await openStoreAt(url, options);
  try {
    const { session } = (await signIn(store, { session: { deviceName: NAME } })).facts;
    const { session: other } = (await signIn(store)).facts;
    const found = await store.sessions.findForMint(session.id);
    assert.equal(found?.session.deviceName, NAME);
    assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
    assert.equal((await store.sessions.listOfUser(session.userId)).length, 2);
    const end = await store.sessions.end({ userId: session.userId }, { why: "kicked", by: "ops" }, () => ({
      audit: [{ action: "session_ended", actor: NAME }],
    }));
    assert.deepEqual(end.ended.map(({ id }) => id).toSorted(), [session.id, other.id].toSorted());
    assert.equal((await store.revocations.after(0, 10)).entries.length, 2);
    assert.equal((await store.audit.seal("test", 10)).sealed, 2);
    assert.deepEqual(
      (await store.audit.list({ limit: 10 })).map(({ actor }) => actor),
      [NAME, NAME],
    );
    assert.equal((await store.purge.sessions(-1000, 10, null)).purged, 2);
  } finally {
    await store.close();
  }
}

describe("PostgreSQL", () => {
  test("what a role or a database sets for other programs changes nothing", async () => {
    await askPostgres(
      "create role odd login superuser",
      ...[
        "standard_conforming_strings = off",
        "backslash_quote = on",
        "timezone = 'Asia/Kathmandu'",
        "datestyle = 'SQL, DMY'",
        "bytea_output = escape",
        "default_transaction_isolation = serializable",
        "statement_timeout = '60s'",
        "lock_timeout = 1",
        "idle_in_transaction_session_timeout = 50",
        "idle_session_timeout = 1000",
      ].map((setting) => `alter role odd set ${setting}`),
      "create database odd",
      "alter database odd set search_path = hufu, public",
    );
    const client = new Client({ connectionString: postgresUrl("odd") });
    await client.connect();
    await client.query("create schema hufu");
    await client.end();
    await livesAt(postgresUrl("odd", "odd"));
  });

  test("a database whose clock is ten minutes behind is told in the log, by readyz and by hufu check", async (t) => {
    await askPostgres("create database late");
    const client = new Client({ connectionString: postgresUrl("late") });
    await client.connect();
    // In front of the server's own, as a clock that is set wrong.
    await client.query(`
      create schema clock;
      create function clock.statement_timestamp() returns timestamptz stable language sql
        as $$ select pg_catalog.statement_timestamp() - interval '10 minutes' $$;
      alter database late set search_path = public, clock, pg_catalog;
    `);
    await client.end();
    const where = await deployment(t, { database: postgresUrl("late") });
    const server = await startHufu(["serve", "--config", "hufu.json"], where);
    await until(() => server.written.out.includes("this machine's clock is 600 s ahead of the database's"));
    const readyz = await fetch(`${server.address}/auth/readyz`);
    assert.match(await readyz.text(), /"clock":"600 s ahead of the database's"/);
    const { out } = await runHufu(["check", "--config", "hufu.json"], where);
    assert.match(out, /^error +clock +this machine is 600 s ahead of the database; set the clocks by NTP$/m);
  });

  test("a database or a user that only reads is told what it is, and which statement changes it", async () => {
    await askPostgres("create database reads", 'create role "Reader" login superuser');
    const refuses = (text: RegExp, url: string) => assert.rejects(openStoreAt(url, options), text);
    await askPostgres('alter role "Reader" set default_transaction_read_only = on');
    await refuses(
      /^TypeError: database: default_transaction_read_only is on for the role "Reader", so nothing can be written; run alter role "Reader" set default_transaction_read_only = off$/,
      postgresUrl("reads", "Reader"),
    );
    await askPostgres("alter database reads set default_transaction_read_only = on");
    await refuses(/is on for the database reads, .* run alter database reads set/, postgresUrl("reads"));
    await askPostgres("alter role postgres in database reads set default_transaction_read_only = on");
    await refuses(/run alter role postgres in database reads set/, postgresUrl("reads"));
    const inUrl = `${postgresUrl("postgres")}?options=-c%20default_transaction_read_only%3Don`;
    await refuses(/read_only is on, so nothing can be written; .* or remove it from the URL$/, inUrl);
  });
});

describe("MariaDB", () => {
  test("what the server sets for other programs changes nothing", async () => {
    await askMariadb("create database odd");
    const settings = {
      sql_mode: "'ANSI,NO_BACKSLASH_ESCAPES,EMPTY_STRING_IS_NULL,PAD_CHAR_TO_FULL_LENGTH,ONLY_FULL_GROUP_BY'",
      autocommit: "0",
      completion_type: "CHAIN",
      sql_safe_updates: "1",
      sql_select_limit: "1",
      max_join_size: "10",
      max_statement_time: "5",
      wait_timeout: "5",
      idle_transaction_timeout: "5",
    };
    await withGlobals(settings, async () => {
      await livesAt(mariadbUrl("odd"));
      const pool = createPool({ uri: mariadbUrl("odd") });
      const connection = await createMysqlConnections(pool).borrow("soon");
      const { rows } = await connection.run<Record<string, unknown>>(
        `select @@session.max_statement_time as statement, @@session.wait_timeout as idle,
          @@session.idle_transaction_timeout as stalled`,
        [],
      );
      connection.release(false);
      await pool.end();
      const [limits] = rows;
      assert.equal(Number(limits?.["statement"]), 0, "a migration may take longer than a report");
      assert.equal(Number(limits?.["idle"]), 600);
      assert.equal(Number(limits?.["stalled"]), 10);
    });
  });

  test("a server whose transactions only read is told what it is", async () => {
    await withGlobals({ tx_read_only: "1" }, () =>
      assert.rejects(
        openStoreAt(mariadbUrl("mysql"), options),
        /^TypeError: database: tx_read_only is on, so nothing can be written; set it to off in the server's configuration$/,
      ),
    );
  });

  test("a max_allowed_packet that is smaller than a statement may be is refused at start", async () => {
    await withGlobals({ max_allowed_packet: "524288" }, () =>
      assert.rejects(
        openStoreAt(mariadbUrl("mysql"), options),
        /^TypeError: database: max_allowed_packet is 524288 bytes, and a statement may need up to 1048576; set it to 16M/,
      ),
    );
  });
});
