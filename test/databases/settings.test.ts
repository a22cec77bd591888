import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { applyMigrations, openStoreAsItIs, pendingMigrations } from "../../server/src/hufu/database/maintenance.ts";
import { checkDatabaseAt, checkDatabaseUrl, openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";

const clock = systemClock;
const ENTRY_LIFE_MS = 720_000;
const DEVICE = "张三的 iPhone 📱";

const postgres = await startPostgresServer({ settings: { max_connections: "40" } });
const mariadb = await startMariadbServer({
  flags: () => [
    // A server of the old days, which does not ask its clients either.
    "--character-set-server=utf8mb3",
    "--collation-server=utf8mb3_general_ci",
    "--skip-character-set-client-handshake",
  ],
});
after(() => Promise.all([postgres.close(), mariadb.close()]));

const postgresUrl = (name: string): string => `postgres://postgres@127.0.0.1:${postgres.port}/${name}`;
const mariadbUrl = (name: string): string => `mysql://root@127.0.0.1:${mariadb.port}/${name}`;

async function askPostgres(text: string, name = "postgres"): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: postgresUrl(name) });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** A server forgets a connection a moment after it was closed. */
async function untilGone(role: string): Promise<void> {
  await until(async () => {
    const there = await askPostgres(`select 1 from pg_stat_activity where usename = '${role}'`);
    return there.length === 0;
  });
}

async function askMariadb(text: string): Promise<void> {
  const connection = await createConnection({ uri: mariadbUrl("mysql") });
  await connection.query(text);
  await connection.end();
}

describe("text", () => {
  test("on a MariaDB whose charset is utf8mb3 a device's name keeps its characters", async (t) => {
    await askMariadb("create database utf8mb3 character set utf8mb3");
    const store = await openStoreAt(mariadbUrl("utf8mb3"), { clock, entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    const { session } = (await signIn(store, { session: { deviceName: DEVICE } })).facts;
    assert.equal((await store.sessions.findForMint(session.id))?.session.deviceName, DEVICE);
  });

  test("a charset in the URL that loses characters is refused before anything is opened", async () => {
    for (const charset of ["latin1", "UTF8_GENERAL_CI", "utf8", "gbk"]) {
      const url = `${mariadbUrl("mysql")}?charset=${charset}`;
      await assert.rejects(
        checkDatabaseUrl(url),
        /^TypeError: database: the charset in the URL loses characters; .* utf8mb4/,
      );
    }
    await checkDatabaseUrl(`${mariadbUrl("mysql")}?charset=utf8mb4`);
  });

  for (const encoding of ["LATIN1", "EUC_CN", "SQL_ASCII"]) {
    test(`a PostgreSQL database in ${encoding} is refused at start, with what to change`, async () => {
      const name = `in_${encoding.toLowerCase()}`;
      await askPostgres(
        `create database ${name} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
      );
      await assert.rejects(
        openStoreAt(postgresUrl(name), { clock, entryLifeMs: ENTRY_LIFE_MS }),
        new RegExp(`^TypeError: database: its encoding is ${encoding}.*create it anew with encoding UTF8`),
      );
      const tables = await askPostgres("select 1 from pg_tables where schemaname = 'public'", name);
      assert.deepEqual(tables, [], "nothing was made in it");
    });
  }
});

describe("connections", () => {
  const about = async (url: string, word: string): Promise<readonly string[]> =>
    (await checkDatabaseAt(url, { clock })).filter(({ text }) => text.includes(word)).map(({ text }) => text);

  test("the check says how many nodes the server allows", async () => {
    const pattern = "this node opens up to|each node opens up to";
    const said = async (url: string): Promise<readonly string[]> =>
      (await about(url, "max_connections")).filter((text) => new RegExp(pattern).test(text));
    // 40, of which three are the superuser's.
    assert.deepEqual(await said(`${postgresUrl("postgres")}?pool=18`), []);
    const [few] = await said(`${postgresUrl("postgres")}?pool=20`);
    assert.match(
      few ?? "",
      /each node opens up to 20 connections, and the server allows 37, which is enough for 1 node and/,
    );
    const [none] = await said(`${postgresUrl("postgres")}?pool=50`);
    assert.match(none ?? "", /this node opens up to 50 connections, and the server allows 37; .*\?pool=18/);
    assert.deepEqual(await said(`${mariadbUrl("mysql")}?pool=100`), []);
    assert.match((await said(`${mariadbUrl("mysql")}?pool=200`))[0] ?? "", /allows 300, which is enough for 1 node/);
  });

  test("a limit of the role or of the database counts as well", async () => {
    await askPostgres("create database few connection limit 12");
    assert.match((await about(postgresUrl("few"), "each node"))[0] ?? "", /allows 12, which is enough for 1 node/);
  });

  test("a pool that is larger than what the server allows is refused at start", async () => {
    await assert.rejects(
      openStoreAt(`${postgresUrl("postgres")}?pool=50`, { clock, entryLifeMs: ENTRY_LIFE_MS }),
      /^TypeError: database: this node opens up to 50 connections, and the server allows 37/,
    );
  });

  test("the command line gets along with the one connection that is left", async (t) => {
    await askPostgres("create role cramped login connection limit 1");
    await askPostgres("create database cramped owner cramped");
    const url = postgresUrl("cramped").replace("postgres@", "cramped@");
    assert.equal((await pendingMigrations(url)).length > 0, true);
    await untilGone("cramped");
    await applyMigrations(url);
    await untilGone("cramped");
    const store = await openStoreAsItIs(url, 600_000);
    t.after(() => store.close());
    const { session, user } = (await signIn(store)).facts;
    const how = { why: "kicked", by: "ops" } as const;
    const ends = await Promise.all([
      store.sessions.end({ sid: session.id }, how, () => ({})),
      store.users.find(user.id),
      store.recover({ keepSessions: false }),
    ]);
    assert.equal(ends[0].ended.length, 1);
  });
});

test("the check of an SQLite file makes none, and names one that others can read", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-check-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "hufu.db");
  assert.deepEqual(await checkDatabaseAt(`sqlite:${file}`, { clock }), []);
  assert.equal(existsSync(file), false);
  writeFileSync(file, "", { mode: 0o644 });
  const [finding] = await checkDatabaseAt(`sqlite:${file}`, { clock });
  assert.match(finding?.text ?? "", /other users of this machine can read .*hufu\.db; run chmod 600/);
});

describe("rights on PostgreSQL", () => {
  const refusalOf = (role: string, name: string): Promise<string> =>
    openStoreAt(postgresUrl(name).replace("postgres@", `${role}@`), { clock, entryLifeMs: ENTRY_LIFE_MS }).then(
      async (store) => {
        await store.close();
        return "opened";
      },
      (error: unknown) => String(error),
    );

  test("a user who may not make the tables is told what to grant, and what else to do", async () => {
    await askPostgres("create role newcomer login");
    await askPostgres("create database empty");
    assert.match(
      await refusalOf("newcomer", "empty"),
      /^TypeError: database: newcomer may not make tables in the schema public: grant create on schema public to newcomer, or run hufu migrate/,
    );
    await askPostgres("alter role newcomer set search_path = nowhere");
    assert.match(await refusalOf("newcomer", "empty"), /^TypeError: database: no schema of the search_path exists/);
  });

  test("a user who may not write some tables is refused at start, instead of every sign-in later", async () => {
    await askPostgres("create role clerk login");
    await askPostgres("create database granted");
    assert.equal(await refusalOf("postgres", "granted"), "opened");
    await askPostgres("grant usage on schema public to clerk", "granted");
    await askPostgres("grant select on all tables in schema public to clerk", "granted");
    assert.match(
      await refusalOf("clerk", "granted"),
      /^TypeError: database: clerk may not read and write hufu_\w+, hufu_\w+, hufu_\w+ and \d+ more: grant select, insert, update, delete on all tables in schema public to clerk$/,
    );
    await askPostgres("grant select, insert, update, delete on all tables in schema public to clerk", "granted");
    assert.equal(await refusalOf("clerk", "granted"), "opened");
    await askPostgres("revoke delete on hufu_sessions from clerk", "granted");
    assert.match(await refusalOf("clerk", "granted"), /clerk may not read and write hufu_sessions: grant/);
  });
});

test("a user of MariaDB who may only read is refused at start, with what to grant", async () => {
  await askMariadb("create database granted");
  const options = { clock, entryLifeMs: ENTRY_LIFE_MS };
  await (await openStoreAt(mariadbUrl("granted"), options)).close();
  await askMariadb("create user clerk@'127.0.0.1'");
  await askMariadb("grant select on granted.* to clerk@'127.0.0.1'");
  const url = mariadbUrl("granted").replace("root@", "clerk@");
  const text = /^TypeError: database: this user may not write the tables: grant select, insert, update, delete/;
  await assert.rejects(openStoreAt(url, options), text);
  await askMariadb("grant insert, update, delete on granted.* to clerk@'127.0.0.1'");
  await (await openStoreAt(url, options)).close();
});

describe("durability", () => {
  test("settings with which a crash could undo an answered end are told", async () => {
    await askPostgres("create database hasty");
    await askPostgres("alter database hasty set synchronous_commit = off");
    const texts = (await checkDatabaseAt(postgresUrl("hasty"), { clock })).map(({ text }) => text);
    assert.ok(texts.some((text) => /synchronous_commit is off.*set it to on/.test(text)));
    const others = (await checkDatabaseAt(mariadbUrl("mysql"), { clock })).map(({ text }) => text);
    assert.ok(others.some((text) => /innodb_flush_log_at_trx_commit is not 1.*set it to 1/.test(text)));
  });
});
