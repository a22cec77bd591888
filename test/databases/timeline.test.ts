import assert from "node:assert/strict";
import { after, test } from "node:test";
import { postgresCase } from "../../server/src/store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";

const server = await startPostgresServer();
after(() => server.close());

test("when a standby was promoted, of nodes that find it at once one raises the epoch", async (t) => {
  const { open, pool, schema } = await postgresCase(t, server.port);
  const admin = pool({ max: 1 });
  t.after(() => admin.end());
  // The search path of a case begins with its own functions.
  await admin.query(`
    create table ${schema}.history (timeline text);
    insert into ${schema}.history values ('00000001');
    create function ${schema}.pg_walfile_name(pg_lsn) returns text stable language sql
      as 'select timeline || repeat(''0'', 16) from ${schema}.history';
  `);
  const nodes = [await open(), await open(), await open()];
  const ends = async () => Promise.all(nodes.map(async ({ revocations }) => (await revocations.after(0, 10)).end));
  const [before] = await ends();
  const [same] = await ends();
  assert.deepEqual(same, before, "the first timeline is only noted");

  await admin.query(`update ${schema}.history set timeline = '0000000A'`);
  const [one, ...others] = await ends();
  assert.ok(one !== undefined && before !== undefined && one.epoch > before.epoch);
  for (const other of others) assert.deepEqual(other, one);
  assert.deepEqual(await ends(), [one, one, one]);
});

test("a server that does not say its timeline is followed all the same", async (t) => {
  const { open, pool, schema } = await postgresCase(t, server.port);
  const admin = pool({ max: 1 });
  t.after(() => admin.end());
  await admin.query(`
    create function ${schema}.pg_walfile_name(pg_lsn) returns text language plpgsql
      as 'begin raise exception ''not here'' using errcode = ''0A000''; end';
  `);
  const store = await open();
  const entry = await store.revocations.append({ jti: "one", why: "logged_out" });
  assert.deepEqual((await store.revocations.live()).entries, [entry]);
});
