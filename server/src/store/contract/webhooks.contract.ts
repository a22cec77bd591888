import assert from "node:assert/strict";
import type { Delivery } from "../records.ts";
import type { Store } from "../store.ts";
import type { StoredWebhook } from "../webhooks.ts";
import type { ContractCase, StoreHarness } from "./contract-case.ts";
import { atOnce, sampleWord, signIn } from "./sample-sign-in.ts";

const HIDE_MS = 50;
const LONG_MS = 3_600_000;
const AGES = { sessionsMs: LONG_MS, revocationsMs: LONG_MS, auditMs: LONG_MS, ticketsMs: LONG_MS };

function message(endpoint: string, n = 0): Delivery {
  const webhook = { endpoint, messageId: `start_${sampleWord()}` };
  return { event: "sign-in", payload: { n, text: "名" }, webhook };
}

async function owe(store: Store, endpoint: string, count: number): Promise<void> {
  const deliveries = Array.from({ length: count }, (_, n) => message(endpoint, n));
  await signIn(store, { plan: () => ({ deliveries }) });
}

async function takeOne(store: Store, endpoint = "orders", hideMs = HIDE_MS): Promise<StoredWebhook> {
  const [taken] = await store.webhooks.take(endpoint, 1, hideMs);
  return taken ?? assert.fail("nothing taken");
}

const numbersOf = (messages: readonly StoredWebhook[]): readonly number[] => messages.map(({ number }) => number);

/** The promises of `WebhookStore`. */
export const webhookStoreCases: readonly ContractCase<StoreHarness>[] = [
  {
    name: "a message is taken by its receiver as it was written, with its time, and by no other",
    async run({ open }) {
      const store = await open();
      const { now } = await store.revocations.live();
      const told = message("orders");
      await signIn(store, { plan: () => ({ deliveries: [told, { event: "sign-in", payload: {} }] }) });
      assert.deepEqual(await store.webhooks.take("stock", 9, HIDE_MS), []);
      const { number: _, dueAt, createdAt, ...taken } = await takeOne(store);
      const { event, payload, webhook } = told;
      assert.deepEqual(taken, { ...webhook, event, payload, attempts: 1, fault: null });
      assert.ok(dueAt !== null && createdAt >= now && createdAt < now + LONG_MS);
      assert.equal((await store.deliveries.take(["sign-in"], 9, 1)).length, 1, "a hook's delivery is its own");
    },
  },
  {
    name: "a message of a sign-in that failed was never written",
    async run({ open }) {
      const store = await open();
      const refused = signIn(store, {
        plan: () => {
          throw new Error("refused");
        },
      });
      await assert.rejects(refused);
      assert.deepEqual(await store.webhooks.count(), []);
    },
  },
  {
    name: "takers at once, on two nodes, get different messages, at most as many as they ask for",
    async run({ open }) {
      const nodes = [await open(), await open()] as const;
      await owe(nodes[0], "orders", 20);
      const { done } = await atOnce(6, (index) => nodes[index % 2 === 0 ? 0 : 1].webhooks.take("orders", 4, LONG_MS));
      assert.ok(done.every((batch) => batch.length <= 4));
      const numbers = done.flatMap(numbersOf);
      assert.equal(numbers.length, 20);
      assert.equal(new Set(numbers).size, 20);
    },
  },
  {
    name: "what a node that died has taken is due again for the others, and the attempt counts",
    async run({ open, advance }) {
      const [dying, other] = [await open(), await open()];
      await owe(dying, "orders", 1);
      const { number } = await takeOne(dying);
      await dying.close();
      assert.deepEqual(await other.webhooks.take("orders", 9, HIDE_MS), []);
      await advance(HIDE_MS);
      const again = await takeOne(other);
      assert.deepEqual([again.number, again.attempts], [number, 2]);
    },
  },
  {
    name: "what has arrived is forgotten, and no other",
    async run({ open }) {
      const store = await open();
      await owe(store, "orders", 2);
      const [first, second] = await store.webhooks.take("orders", 9, HIDE_MS);
      await store.webhooks.arrived(first?.number ?? -1);
      await store.webhooks.arrived(first?.number ?? -1);
      assert.deepEqual(numbersOf(await store.webhooks.list({ limit: 9 })), [second?.number]);
    },
  },
  {
    name: "what failed is due after its delay, even if it was hidden for longer, and says what happened",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, "orders", 1);
      const { number, attempts } = await takeOne(store, "orders", LONG_MS);
      assert.equal(await store.webhooks.failed(number, attempts, "answered 500", HIDE_MS), true);
      assert.deepEqual(await store.webhooks.take("orders", 9, HIDE_MS), []);
      await advance(HIDE_MS);
      const again = await takeOne(store);
      assert.deepEqual([again.number, again.attempts, again.fault], [number, 2, "answered 500"]);
    },
  },
  {
    name: "a taker that comes too late changes nothing: the message has arrived, is another's by now, or is dead",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, "orders", 1);
      const { number } = await takeOne(store);
      await advance(HIDE_MS);
      await takeOne(store, "orders", LONG_MS);
      assert.equal(await store.webhooks.failed(number, 1, "late", 0), false);
      assert.deepEqual(await store.webhooks.take("orders", 9, HIDE_MS), []);
      assert.equal(await store.webhooks.failed(number, 2, "given up", null), true);
      assert.equal(await store.webhooks.failed(number, 2, "late", 0), false);
      await store.webhooks.arrived(number);
      assert.equal(await store.webhooks.failed(number, 2, "late", 0), false);
    },
  },
  {
    name: "a dead letter is never taken, is listed and counted, and lives again with all its attempts",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, "orders", 2);
      const dead = await takeOne(store);
      await store.webhooks.failed(dead.number, 1, "answered 410", null);
      await advance(LONG_MS);
      assert.deepEqual(numbersOf(await store.webhooks.list({ limit: 9, state: "dead" })), [dead.number]);
      assert.deepEqual(await store.webhooks.count(), [{ endpoint: "orders", waiting: 1, dead: 1 }]);
      assert.notEqual((await takeOne(store, "orders", 2 * LONG_MS)).number, dead.number);
      assert.deepEqual(await store.webhooks.take("orders", 9, HIDE_MS), []);
      assert.equal(await store.webhooks.revive({ numbers: [dead.number] }, 9), 1);
      const again = await takeOne(store);
      assert.deepEqual([again.number, again.attempts, again.fault], [dead.number, 1, "answered 410"]);
    },
  },
  {
    name: "only dead letters live again: those of a receiver, or those that are named, so many at most, and it is audited",
    async run({ open }) {
      const store = await open();
      await owe(store, "orders", 3);
      await owe(store, "stock", 1);
      for (const { number } of await store.webhooks.take("orders", 2, LONG_MS)) {
        await store.webhooks.failed(number, 1, "answered 500", null);
      }
      const audit = [{ action: "webhook.retry", actor: "an operator" }];
      const [waiting] = await store.webhooks.list({ endpoint: "stock", limit: 1 });
      assert.equal(await store.webhooks.revive({ numbers: [waiting?.number ?? 0] }, 9, { audit }), 0);
      assert.equal(await store.webhooks.revive({ numbers: [] }, 9, { audit }), 0);
      assert.equal(await store.webhooks.revive({ endpoint: "stock" }, 9, { audit }), 0);
      assert.equal((await store.audit.list({ action: "webhook.retry", limit: 9 })).length, 0);
      assert.equal(await store.webhooks.revive({ endpoint: "orders" }, 1, { audit }), 1);
      assert.equal(await store.webhooks.revive({ endpoint: "orders" }, 9, { audit }), 1);
      assert.equal((await store.audit.list({ action: "webhook.retry", limit: 9 })).length, 2);
      assert.deepEqual(await store.webhooks.count(), [
        { endpoint: "orders", waiting: 3, dead: 0 },
        { endpoint: "stock", waiting: 1, dead: 0 },
      ]);
    },
  },
  {
    name: "a list is newest first, in pages, of all or of one receiver",
    async run({ open }) {
      const store = await open();
      await owe(store, "orders", 2);
      await owe(store, "stock", 2);
      const all = await store.webhooks.list({ limit: 9 });
      assert.deepEqual(
        all.map(({ endpoint, payload }) => [endpoint, payload["n"]]),
        [
          ["stock", 1],
          ["stock", 0],
          ["orders", 1],
          ["orders", 0],
        ],
      );
      const before = all[1]?.number;
      assert.deepEqual(await store.webhooks.list({ limit: 1, before }), [all[2]]);
      assert.deepEqual(await store.webhooks.list({ limit: 9, endpoint: "stock", state: "waiting", before }), []);
    },
  },
  {
    name: "of a receiver that has too many the oldest go, so many at once, and no other receiver's",
    async run({ open }) {
      const store = await open();
      await owe(store, "stock", 4);
      await owe(store, "orders", 4);
      assert.equal(await store.webhooks.trim("orders", 4, 9), 0);
      assert.equal(await store.webhooks.trim("orders", 1, 2), 2);
      assert.equal(await store.webhooks.trim("orders", 1, 9), 1);
      const [left] = await store.webhooks.list({ endpoint: "orders", limit: 9 });
      assert.deepEqual(left?.payload["n"], 3);
      assert.equal((await store.webhooks.list({ endpoint: "stock", limit: 9 })).length, 4);
    },
  },
  {
    name: "messages are purged when they are old enough, waiting and dead, and so are hooks' deliveries without a hook",
    async run({ open, advance }) {
      const store = await open();
      await owe(store, "orders", 3);
      await signIn(store, { plan: () => ({ deliveries: [0, 1].map(() => ({ event: "sign-in", payload: {} })) }) });
      await store.webhooks.failed((await takeOne(store)).number, 1, "answered 500", null);
      const [wanted] = await store.deliveries.take(["sign-in"], 1, HIDE_MS);
      assert.equal(await store.purge.webhooks(LONG_MS, 9), 0);
      await advance(2000);
      await store.deliveries.retry(wanted?.id ?? -1, 0);
      assert.equal((await store.purge.count({ ...AGES, webhooksMs: 1000 })).webhooks, 4);
      assert.equal(await store.purge.webhooks(1000, 2), 3, "so many of each at once");
      assert.equal(await store.purge.webhooks(1000, 9), 1);
      assert.equal(await store.purge.webhooks(1000, 9), 0);
      assert.equal((await store.deliveries.take(["sign-in"], 9, HIDE_MS)).length, 1, "what a process asks for stays");
    },
  },
];
