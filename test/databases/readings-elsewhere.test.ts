import assert from "node:assert/strict";
import { after, test } from "node:test";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import { newSessionId } from "../../server/src/core/ids.ts";
import { systemRandom } from "../../server/src/core/random.ts";
import { signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import type { Session } from "../../server/src/store/records.ts";
import { mariadbCase } from "../../server/src/store/sql/mysql/mariadb-case.fixture.ts";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { postgresCase } from "../../server/src/store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../server/src/store/sql/postgres/postgres-server.fixture.ts";
import type { Store } from "../../server/src/store/store.ts";

const postgres = await startPostgresServer();
const mariadb = await startMariadbServer();
after(() => Promise.all([postgres.close(), mariadb.close()]));

/** Answered if one of them was. */
async function anyTogether(store: Store, session: Session): Promise<unknown> {
  const ids = Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? session.id : newSessionId(systemRandom, 0)));
  const asked = await Promise.allSettled(ids.map((id) => store.sessions.findForMint(id)));
  const [one] = asked.toSorted((a, b) => Number(b.status === "fulfilled") - Number(a.status === "fulfilled"));
  if (one?.status === "rejected") throw one.reason;
  return one;
}

/** What a node decides by: who may refresh, what is revoked, which key signs, what a role allows. */
function decidingReadings(store: Store, session: Session): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    "a session that there is": () => store.sessions.findForMint(session.id),
    "a session that there is not": () => store.sessions.findForMint(newSessionId(systemRandom, 0)),
    "sessions asked for together": () => anyTogether(store, session),
    "a code": () => store.sessions.findByCode(session.codeHash),
    "the outbox": () => store.revocations.after(0, 10),
    "what is alive of it": () => store.revocations.live(),
    "the signing keys": () => store.keys.list(),
    "the policy": () => store.policy.load(),
  };
}

async function eachIsRefused(store: Store, session: Session): Promise<void> {
  for (const [name, read] of Object.entries(decidingReadings(store, session))) {
    await assert.rejects(
      read(),
      (error) => error instanceof HufuError && error.reason === "store_unavailable",
      `${name} was answered by a server that only reads`,
    );
  }
}

test("PostgreSQL: what only a standby answered is an outage, never a no", async (t) => {
  const { open, pool, schema } = await postgresCase(t, postgres.port);
  const admin = pool({ max: 1 });
  t.after(() => admin.end());
  // The search path of a case begins with its own functions.
  await admin.query(`
    create table ${schema}.standby (is_one boolean);
    insert into ${schema}.standby values (false);
    create function ${schema}.pg_is_in_recovery() returns boolean stable language sql
      as 'select is_one from ${schema}.standby';
  `);
  const store = await open();
  const { session } = (await signIn(store)).facts;
  for (const read of Object.values(decidingReadings(store, session))) await read();
  await admin.query(`update ${schema}.standby set is_one = true`);
  await eachIsRefused(store, session);
  await admin.query(`update ${schema}.standby set is_one = false`);
  for (const read of Object.values(decidingReadings(store, session))) await read();
});

test("MariaDB: what a server answered after it became a replica is an outage, never a no", async (t) => {
  const { open, admin } = await mariadbCase(t, mariadb.port);
  const store = await open();
  const { session } = (await signIn(store)).facts;
  for (const read of Object.values(decidingReadings(store, session))) await read();
  await admin.query("set global read_only = on");
  await eachIsRefused(store, session);
  await admin.query("set global read_only = off");
  for (const read of Object.values(decidingReadings(store, session))) await read();
});
