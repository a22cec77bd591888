import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { followOutbox } from "../../server/src/revocations/follow-outbox.ts";
import { signIn } from "../../server/src/store/contract/sample-sign-in.ts";
import type { Store } from "../../server/src/store/store.ts";
import { type PatroniCluster, startPatroni } from "../infrastructure/patroni.fixture.ts";
import { allStands, answeredBy, untilItWrites } from "./failover.ts";

function open(cluster: PatroniCluster): Promise<Store> {
  const url = `postgres://postgres@127.0.0.1:${cluster.port}/postgres`;
  return openStoreAt(url, { clock: systemClock, entryLifeMs: 720_000 });
}

/** A node's reading of the outbox, and what it calls lost. */
async function follow(store: Store) {
  const lost: (readonly number[])[] = [];
  const follower = await followOutbox({
    store: store.revocations,
    clock: systemClock,
    apply: () => undefined,
    reset: () => undefined,
    onLost: (numbers) => lost.push(numbers),
  });
  return { follower, lost };
}

test("a synchronous standby is promoted: no session is lost, no answered end is undone, one epoch is raised", async (t) => {
  const cluster = await startPatroni();
  t.after(() => cluster.close());
  const stores = [await open(cluster), await open(cluster)];
  t.after(() => Promise.all(stores.map((store) => store.close())));
  const [one, two] = stores;
  assert.ok(one !== undefined && two !== undefined);
  const answered = await answeredBy(stores);
  const nodes = [await follow(one), await follow(two)];
  const { end } = await one.revocations.live();

  await (await cluster.primary()).crash();
  const gaps = await Promise.all(stores.map((store) => untilItWrites(store, answered)));
  t.diagnostic(`gap after kill -9 of the primary: ${(Math.max(...gaps) / 1000).toFixed(1)} s`);
  await allStands(one, answered);
  for (const { follower, lost } of nodes) {
    await follower.poll();
    assert.deepEqual(lost, [], "nothing was lost");
    assert.ok(follower.cursor().epoch > end.epoch, "readers start over after each failover");
  }
  assert.deepEqual(nodes[0]?.follower.cursor(), nodes[1]?.follower.cursor(), "once");
});

test("an asynchronous standby is promoted without the last end: the lost numbers are named, though another end has one", async (t) => {
  const cluster = await startPatroni({ synchronous: false });
  t.after(() => cluster.close());
  const store = await open(cluster);
  t.after(() => store.close());
  const people = [];
  for (const openid of ["o_1", "o_2", "o_3"]) people.push((await signIn(store, { openid })).facts.session);
  const [first, second, third] = people;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const kick = (id: typeof first.id) => store.sessions.end({ sid: id }, { why: "kicked", by: "ops" }, () => ({}));
  await kick(first.id);
  const { follower, lost } = await follow(store);
  await cluster.ready();

  const primary = await cluster.primary();
  const standby = cluster.nodes.find((node) => node !== primary) ?? assert.fail("two nodes");
  await standby.stopReceiving();
  await kick(second.id);
  await follower.poll();
  const { epoch } = follower.cursor();
  await primary.crash();
  standby.goOn();

  for (let looks = 0; ; looks += 1) {
    try {
      // The next end takes the number of the lost one.
      await kick(third.id);
      break;
    } catch {
      assert.ok(looks < 600, "the standby was not promoted");
      await delay(200);
    }
  }
  assert.equal((await store.sessions.findForMint(second.id))?.session.status, "active", "its end is lost");
  await follower.poll();
  assert.deepEqual(lost, [[2]]);
  assert.deepEqual(follower.lost(), [2]);
  assert.ok(follower.cursor().epoch > epoch);
});
