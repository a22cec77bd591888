import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { until } from "../../core/until.fixture.ts";
import { startMariadbServer } from "../../store/sql/mysql/mariadb-server.fixture.ts";
import { startPostgresServer } from "../../store/sql/postgres/postgres-server.fixture.ts";
import { runHufu, spawnHufu } from "../hufu.fixture.ts";
import { type MaintainedHufu, stack } from "../maintained-hufu.fixture.ts";

const LINES = 10_000;
const BATCH = 5000;
const IMPORT = ["import", "users.ndjson", "--json", "--config", "hufu.json"];

type Rows = readonly Readonly<Record<string, unknown>>[];
type Ask = (query: string) => Promise<Rows>;

/** A new database, and a way to look into it. */
interface Place {
  readonly url: string | undefined;
  readonly ask: (where: MaintainedHufu) => Ask;
  close(): Promise<void>;
}

const [postgres, mariadb] = await Promise.all([startPostgresServer(), startMariadbServer()]);
after(() => Promise.all([postgres.close(), mariadb.close()]));

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  SQLite: async () => ({
    url: undefined,
    close: async () => undefined,
    ask: ({ file }) => {
      const database = new DatabaseSync(file, { readOnly: true, timeout: 30_000 });
      return async (query) => database.prepare(query).all();
    },
  }),
  PostgreSQL: async () => {
    const url = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`;
    const client = new Client(url);
    await client.connect();
    return { url, close: () => client.end(), ask: () => async (query) => (await client.query(query)).rows };
  },
  MariaDB: async () => {
    const url = `//root@127.0.0.1:${mariadb.port}`;
    const connection = await createConnection(`mysql:${url}`);
    await connection.query("create database shop");
    await connection.query("use shop");
    return {
      url: `mariadb:${url}/shop`,
      close: () => connection.end(),
      ask: () => async (query) => (await connection.query(query))[0] as Rows,
    };
  },
};

/** Who was imported, with what a line says. */
const EVERYBODY = `
  select i.openid, u.external_id, u.ban_reason, (select count(*) from hufu_phones p where p.user_id = u.id) as phones
  from hufu_identities i join hufu_users u on u.id = i.user_id`;

interface Line {
  readonly openid: string;
  readonly external_id: string;
  readonly ban: { readonly reason: string } | null;
  readonly phone: string | null;
}

const PEOPLE: readonly Line[] = Array.from({ length: LINES }, (_, n) => ({
  openid: `o_${n}`,
  external_id: `${n}`,
  ban: n % 7 === 0 ? { reason: "spam" } : null,
  phone: n % 5 === 0 ? `+861390000${String(n).padStart(4, "0")}` : null,
}));

for (const [name, open] of Object.entries(PLACES)) {
  test(`${name}: an import that was killed, and then run twice at once, makes each user once as its line says`, async (t) => {
    const { url, ask: askIn, close } = await open();
    t.after(close);
    const where = await stack(t, {}, url);
    const migrated = await where.type("migrate");
    assert.equal(migrated.code, 0, migrated.err);
    const lines = PEOPLE.map((person) => JSON.stringify({ app: "wx-demo", ...person }));
    writeFileSync(join(where.folder, "users.ndjson"), lines.join("\n"));
    const ask = askIn(where);
    const count = async (): Promise<number> => (await ask(EVERYBODY)).length;

    const child = spawnHufu(IMPORT, where);
    await until(async () => (await count()) > 0, 1);
    child.kill("SIGKILL");
    await once(child, "exit");
    const left = await count();
    assert.equal(left % BATCH, 0, "a batch is whole or not there");

    const sum = { created: 0, changed: 0, unchanged: 0 };
    for (const { code, out, err } of await Promise.all([runHufu(IMPORT, where), runHufu(IMPORT, where)])) {
      assert.equal(code, 0, err);
      const counts: typeof sum = JSON.parse(out);
      for (const kind of ["created", "changed", "unchanged"] as const) sum[kind] += counts[kind];
    }
    assert.deepEqual(sum, { created: LINES - left, changed: 0, unchanged: LINES + left });
    const rows = await ask(EVERYBODY);
    const texts = rows.map((row) => [row["openid"], row["external_id"], row["ban_reason"], row["phones"]].join(" "));
    const expected = PEOPLE.map((one) => [one.openid, one.external_id, one.ban?.reason, one.phone ? 1 : 0].join(" "));
    // Not ten thousand rows held against each other: a difference would be looked for until tomorrow.
    assert.equal(rows.length, LINES);
    const found = new Set(texts);
    assert.deepEqual(expected.filter((one) => !found.has(one)).slice(0, 3), []);
  });
}
