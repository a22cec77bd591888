import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import type { RowDataPacket } from "mysql2/promise";
import { refreshed } from "../../contract/sample-sign-in.ts";
import { type BatchHarness, batchCases, signInMany } from "../together/batch-cases.fixture.ts";
import { ENTRY_LIFE_MS, mariadbCase } from "./mariadb-case.fixture.ts";
import { startMariadbServer } from "./mariadb-server.fixture.ts";
import type { MysqlConnection, MysqlPool } from "./mysql-pool.ts";
import { openMysqlStore } from "./open-mysql-store.ts";

const server = await startMariadbServer();
after(() => server.close());

interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The same pool; what it is asked is noted. */
function listening(pool: MysqlPool, heard: Asked[]): MysqlPool {
  const lend = (connection: MysqlConnection): MysqlConnection => ({
    connection: connection.connection,
    query: (text) => connection.query(text),
    execute: (text, values) => {
      heard.push({ text, values });
      return connection.execute(text, values);
    },
    release: () => connection.release(),
    destroy: () => connection.destroy(),
  });
  const noted = {
    getConnection: async () => lend(await pool.getConnection()),
    end: () => pool.end(),
    execute: () => undefined,
  };
  return noted;
}

async function harness(t: TestContext) {
  const place = await mariadbCase(t, server.port);
  const heard: Asked[] = [];
  const given: BatchHarness = {
    ...place,
    open: async () => {
      const store = await openMysqlStore({ pool: listening(place.pool(), heard), entryLifeMs: ENTRY_LIFE_MS });
      t.after(() => store.close());
      return store;
    },
    hold: async (id) => {
      const holder = await place.admin.getConnection();
      await holder.query("begin");
      await holder.execute("select * from hufu_sessions where id = ? for update", [id]);
      return async () => {
        await holder.query("rollback");
        holder.release();
      };
    },
    run: async (statement) => void (await place.admin.query(statement)),
    sent: () => heard.splice(0).map(({ text }) => text),
  };
  return { ...given, heard, admin: place.admin };
}

describe("MariaDB: refreshes that arrive together", () => {
  for (const one of batchCases) test(one.name, async (t) => one.run(await harness(t)));

  test("lists are padded, so that few statements are prepared, and each finds its rows by their index", async (t) => {
    const { open, heard, admin } = await harness(t);
    const store = await open();
    const sessions = await signInMany(store, 80);
    heard.splice(0);
    await Promise.all(sessions.map(({ id }) => store.sessions.findForMint(id)));
    const done = await Promise.all(sessions.map((session) => store.sessions.compareAndSet(refreshed(session))));
    assert.ok(done.every(Boolean));
    const asked = new Map(heard.map((one) => [one.text, one]));
    const batches = [...asked.values()].filter(({ text }) => / in \(|union all/.test(text));
    assert.ok(batches.some(({ text }) => text.includes("union all")) && batches.length >= 3, "nothing went together");
    for (const { text, values } of batches) {
      const size = /union all/.test(text)
        ? text.split(" union all ").length
        : (/ in \(([^)]*)\)/.exec(text)?.[1] ?? "").split(",").length;
      assert.ok(Number.isInteger(Math.log2(size)) && size <= 256, `${size} rows`);
      const [rows] = await admin.query<RowDataPacket[]>(`explain ${text}`, [...values]);
      const ofSessions = rows.filter(({ table }) => table === "hufu_sessions");
      assert.ok(ofSessions.length > 0, text);
      for (const row of ofSessions) {
        assert.equal(row["key"], "PRIMARY", text + JSON.stringify(rows));
        assert.notEqual(row["type"], "index", JSON.stringify(rows));
      }
    }
  });
});
