import assert from "node:assert/strict";
import type { Store } from "../store.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, EVERY_EVENT, signIn } from "./sample-sign-in.ts";

const HIDE_MS = 50;

async function owe(store: Store, count: number): Promise<void> {
  await signIn(store, {
    plan: () => ({
      deliveries: Array.from({ length: count }, (_, n) => ({ event: "sign-in" as const, payload: { n, text: "名" } })),
    }),
  });
}

/** The promises of `DeliveryStore`. */
export const deliveryStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a delivery is taken as it was written, for the first time",
    async run({ open }) {
      const store = await open();
      await owe(store, 1);
      const [taken, ...more] = await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS);
      const { id: _id, ...delivery } = taken ?? assert.fail("nothing taken");
      assert.deepEqual(delivery, { event: "sign-in", payload: { n: 0, text: "名" }, attempts: 0 });
      assert.deepEqual(more, []);
    },
  },
  {
    name: "what is taken is hidden from others until its time is over, and then counts the attempt",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, 1);
      await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS);
      assert.deepEqual(await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS), []);
      await advance(HIDE_MS);
      const [again] = await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS);
      assert.equal(again?.attempts, 1);
    },
  },
  {
    name: "takers at once, on two nodes, share the work without doing any twice, at most as many as they ask for",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      await owe(nodes[0], 20);
      const { done } = await atOnce(6, (index) =>
        nodes[index % 2 === 0 ? 0 : 1].deliveries.take(EVERY_EVENT, 4, 60_000),
      );
      assert.ok(done.every((batch) => batch.length <= 4));
      const ids = done.flat().map(({ id }) => id);
      assert.equal(ids.length, 20);
      assert.equal(new Set(ids).size, 20);
    },
  },
  {
    name: "what is done is forgotten, and no other",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, 2);
      const [first, second] = await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS);
      if (first === undefined) assert.fail("nothing taken");
      assert.equal(await store.deliveries.waiting(), 2);
      await store.deliveries.done(first.id);
      assert.equal(await store.deliveries.waiting(), 1);
      await store.deliveries.done(first.id);
      await advance(HIDE_MS);
      const left = await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS);
      assert.deepEqual(
        left.map(({ id }) => id),
        [second?.id],
      );
    },
  },
  {
    name: "what is put back is due after its delay, even if it was hidden for longer",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, 1);
      const [taken] = await store.deliveries.take(EVERY_EVENT, 10, 3_600_000);
      await store.deliveries.retry(taken?.id ?? assert.fail("nothing taken"), HIDE_MS);
      assert.deepEqual(await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS), []);
      await advance(HIDE_MS);
      assert.equal((await store.deliveries.take(EVERY_EVENT, 10, HIDE_MS)).length, 1);
    },
  },
  {
    name: "a delivery outlives a restart",
    async run({ open }) {
      const store = await open();
      await owe(store, 1);
      await store.close();
      const again = await open();
      assert.equal((await again.deliveries.take(EVERY_EVENT, 10, HIDE_MS)).length, 1);
    },
  },
];
