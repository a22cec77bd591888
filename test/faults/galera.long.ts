import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { checkDatabaseAt, openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { refreshed, signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import type { DatabaseServer } from "../../server/src/store/sql/database-server.fixture.ts";
import type { Store } from "../../server/src/store/store.ts";
import { startGalera } from "../infrastructure/galera.fixture.ts";
import { allStands, answeredBy, untilItWrites } from "./failover.ts";

const cluster = await startGalera();
after(() => cluster.close());
const [first, second, third] = cluster.nodes;
assert.ok(first !== undefined && second !== undefined && third !== undefined);

const urlOf = (node: DatabaseServer): string => `mysql://root@127.0.0.1:${node.port}/hufu`;
const ask = (node: DatabaseServer) => createConnection({ host: "127.0.0.1", port: node.port, user: "root" });
const admin = await ask(first);
await admin.query("create database hufu");
await admin.end();

async function open(node: DatabaseServer): Promise<Store> {
  const store = await openStoreAt(urlOf(node), { clock: systemClock, entryLifeMs: 720_000 });
  after(() => store.close());
  return store;
}
const stores = [await open(first), await open(second), await open(third)];
const [one, two, three] = stores;
assert.ok(one !== undefined && two !== undefined && three !== undefined);

test("every connection waits for what the other writers have committed", async () => {
  for (const node of cluster.nodes) {
    const findings = await checkDatabaseAt(urlOf(node), { clock: systemClock });
    assert.deepEqual(
      findings.filter(({ level }) => level === "error"),
      [],
    );
  }
});

test("a node that is behind, as during a backup, answers 503 and never what was true before", async () => {
  const { session } = (await signIn(one)).facts;
  assert.equal((await two.sessions.findForMint(session.id))?.session.status, "active");
  const backup = await ask(second);
  await backup.query("flush tables with read lock");
  await one.sessions.end({ sid: session.id }, { why: "kicked", by: "ops" }, () => ({}));
  const unavailable = { reason: "store_unavailable" };
  await assert.rejects(two.sessions.findForMint(session.id), unavailable);
  await assert.rejects(two.revocations.after(0, 100), unavailable);
  await assert.rejects(two.sessions.compareAndSet(refreshed(session)), unavailable);
  assert.equal((await three.sessions.findForMint(session.id))?.session.status, "ended");
  await backup.query("unlock tables");
  await backup.end();
  assert.equal((await two.sessions.findForMint(session.id))?.session.status, "ended");
});

test("kill -9 of a writer: no session is lost and no answered end is undone", async (t) => {
  const answered = await answeredBy(stores);
  await first.crash();
  const gaps = await Promise.all([two, three].map((store) => untilItWrites(store, answered)));
  t.diagnostic(`gap after kill -9 of a Galera writer: ${(Math.max(...gaps) / 1000).toFixed(1)} s`);
  await allStands(two, answered);
  await allStands(three, answered);
  const { entries, end } = await three.revocations.live();
  const numbers = entries.map(({ number }) => number);
  assert.deepEqual(numbers, [...new Set(numbers)]);
  assert.equal(Math.max(...numbers), end.number);
});
