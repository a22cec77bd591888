import assert from "node:assert/strict";
import { after, describe, type TestContext, test } from "node:test";
import { Client } from "pg";
import { atOnce, refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { isUnavailable } from "../outages.fixture.ts";
import { type BatchHarness, batchCases, signInMany } from "../together/batch-cases.fixture.ts";
import { openPostgresStore } from "./open-postgres-store.ts";
import { ENTRY_LIFE_MS, postgresCase } from "./postgres-case.fixture.ts";
import { startPostgresServer } from "./postgres-server.fixture.ts";

const server = await startPostgresServer();
after(() => server.close());

/** What every client of this process sends. */
let heard: string[] = [];
const { query } = Client.prototype;
Client.prototype.query = function listening(this: Client, ...asked: unknown[]): unknown {
  const [first] = asked;
  if (typeof first === "object" && first !== null && "text" in first) heard.push(String(first.text));
  return Reflect.apply(query, this, asked);
} as typeof query;

async function harness(t: TestContext): Promise<BatchHarness & { readonly schema: string }> {
  const place = await postgresCase(t, server.port);
  const tool = place.pool({ max: 1 });
  t.after(() => tool.end());
  return {
    ...place,
    hold: async (id) => {
      const holder = await tool.connect();
      await holder.query("begin");
      await holder.query("select * from hufu_sessions where id = $1 for update", [id]);
      return async () => {
        await holder.query("rollback");
        holder.release();
      };
    },
    run: async (statement) => void (await tool.query(statement)),
    sent: () => heard.splice(0),
  };
}

describe("PostgreSQL: refreshes that arrive together", () => {
  for (const one of batchCases) test(one.name, async (t) => one.run(await harness(t)));

  test("a batch that lost a race is not sent again: each goes alone, and all are done", async (t) => {
    const { open, run, sent } = await harness(t);
    const store = await open();
    const sessions = await signInMany(store, 20);
    await run(`
      create function race() returns trigger language plpgsql as $$ begin
        if (select count(*) from changed) > 1 then raise sqlstate '40001'; end if;
        return null;
      end $$;
      create trigger race after update on hufu_sessions referencing new table as changed
        for each statement execute function race();
    `);
    sent();
    const done = await Promise.all(sessions.map((session) => store.sessions.compareAndSet(refreshed(session))));
    assert.ok(done.every(Boolean));
    const texts = sent();
    const batches = texts.filter((text) => text.includes("skip locked")).length;
    assert.ok(batches > 0 && batches <= 6, `${batches} batches`);
    assert.ok(texts.length - batches >= 14, `${texts.length - batches} alone`);
  });

  for (const max of [1, 2]) {
    test(`a pool of ${max} serves refreshes, sign-ins and ends at once, and a pool that is used up is an outage`, async (t) => {
      const place = await postgresCase(t, server.port);
      const pool = place.pool({ max, connectionTimeoutMillis: 5000 });
      const store = await openPostgresStore({ pool, entryLifeMs: ENTRY_LIFE_MS });
      t.after(() => store.close());
      const sessions = await signInMany(store, 60);
      const { failed } = await atOnce(120, async (index) => {
        // Those that are refreshed are read; others end.
        const session = sessions[index < 60 ? index % 30 : index - 60] ?? assert.fail();
        if (index < 30) assert.equal(await store.sessions.compareAndSet(refreshed(session)), true);
        else if (index < 60) assert.equal((await store.sessions.findForMint(session.id))?.session.id, session.id);
        else if (index < 90) await signIn(store, { openid: `o_beside${index}` });
        else await store.sessions.end({ sid: session.id }, { why: "logged_out", by: "u" }, () => ({}));
      });
      assert.deepEqual(failed, []);

      const fresh = await signInMany(store, 20);
      pool.options.connectionTimeoutMillis = 100;
      const taken = await Promise.all(Array.from({ length: max }, () => pool.connect()));
      const refused = await Promise.allSettled([
        ...fresh.map((session) => store.sessions.compareAndSet(refreshed(session))),
        ...fresh.map(({ id }) => store.sessions.findForMint(id)),
      ]);
      for (const connection of taken) connection.release();
      for (const answer of refused) assert.ok(answer.status === "rejected" && isUnavailable(answer.reason));
      pool.options.connectionTimeoutMillis = 5000;
      // Nothing of it was done, and all are served.
      const done = await Promise.all(fresh.map((session) => store.sessions.compareAndSet(refreshed(session))));
      assert.ok(done.every(Boolean));
    });
  }

  test("statements that were prepared on an empty table find each row by its index when there are many", async (t) => {
    const place = await postgresCase(t, server.port);
    const tool = place.pool({ max: 1 });
    const admin = place.pool({ max: 1 });
    const only = place.pool({ max: 1 });
    t.after(() => Promise.all([tool.end(), admin.end()]));
    const store = await openPostgresStore({ pool: only, entryLifeMs: ENTRY_LIFE_MS });
    t.after(() => store.close());
    // Without statistics the plan stays as it was made.
    await admin.query("alter table hufu_sessions set (autovacuum_enabled = off)");
    await admin.query("alter table hufu_users set (autovacuum_enabled = off)");
    const { session } = (await signIn(store)).facts;
    heard = [];
    await Promise.all([
      ...Array.from({ length: 4 }, () => store.sessions.findForMint(session.id)),
      ...[1, 2, 3, 4].map((at) => store.sessions.findForMint(`${session.id}${at}` as typeof session.id)),
      ...[1, 2, 3].map(() => store.sessions.compareAndSet(refreshed(session))),
    ]);
    const texts = [...new Set(heard)].filter((text) => text.includes("unnest"));
    assert.equal(texts.length, 2, "a reading and a change");
    await admin.query("create table template as select * from hufu_sessions; delete from hufu_sessions");

    // One connection: what is prepared on it stays prepared.
    await tool.query("set plan_cache_mode = force_generic_plan");
    const calls = [];
    for (const [at, text] of texts.entries()) {
      await tool.query(`prepare s${at} as ${text}`);
      const count = new Set(text.match(/\$\d+/g)).size;
      calls.push({ text, call: `execute s${at} (${Array.from({ length: count }, () => "null").join()})` });
      await tool.query(calls.at(-1)?.call ?? "");
    }
    await admin.query(`
      insert into hufu_sessions select filled.* from template, generate_series(1, 3000) as n
      cross join lateral jsonb_populate_record(null::hufu_sessions,
        to_jsonb(template) || jsonb_build_object('id', 's_' || n, 'code_hash', 'c_' || n)) as filled
    `);
    for (const { call } of calls) {
      const { rows } = await tool.query<{ "QUERY PLAN": string }>(`explain ${call}`);
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      assert.doesNotMatch(plan, /Seq Scan on hufu_(sessions|users)/, plan);
      assert.match(plan, /Index (Only )?Scan using \S+ on hufu_sessions/, plan);
    }
  });
});
