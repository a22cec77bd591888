import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLogger } from "../core/log/log.ts";
import { createNotices } from "../core/log/notices.ts";
import { systemRandom } from "../core/random.ts";
import { until } from "../core/until.fixture.ts";
import { signIn } from "../store/contract/sample-sign-in.ts";
import { openSqliteStore } from "../store/sql/sqlite/open-sqlite-store.ts";
import type { Store } from "../store/store.ts";
import { createWebhookDelivery, type WebhookAttempt } from "./deliver-webhooks.ts";
import { keepBounded } from "./keep-bounded.ts";
import {
  answerForEver,
  answerJson,
  type Receiver,
  startReceiver,
  verified,
  webhookSecret,
} from "./receiver.fixture.ts";
import { ATTEMPTS_MOST } from "./retry-schedule.ts";
import { tellLeftOver } from "./tell-left-over.ts";

const SECRET = webhookSecret("orders");
const DAY_MS = 86_400_000;

interface Delivering {
  readonly store: Store;
  readonly attempts: WebhookAttempt[];
  /** Of how many answers the status has come. */
  begun(): number;
  /** Another node on the same database. */
  round(stop?: AbortSignal): Promise<void>;
  /** The database's time passes. */
  pass(ms: number): void;
  /** Ends every wait for so many milliseconds; none ends by itself. */
  expire(ms: number): void;
}

const TIMEOUT_MS = 20_000;
const STOP_GRACE_MS = 2000;

async function openDelivering(t: TestContext, receiver: Receiver): Promise<Delivering> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-webhooks-"));
  let passed = 0;
  const clock = { now: () => Date.now() + passed, monotonic: () => performance.now() };
  const store = await openSqliteStore({ file: join(folder, "hufu.db"), clock, entryLifeMs: 1_000_000 });
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const attempts: WebhookAttempt[] = [];
  let begun = 0;
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const delivery = createWebhookDelivery({
    endpoint: { id: "orders", url: receiver.url, secrets: [SECRET], timeoutMs: TIMEOUT_MS },
    store: store.webhooks,
    environment: {
      // Receivers compare the timestamp with the machine's own clock.
      clock: { ...clock, now: () => Date.now() },
      fetch: async (...asked) => {
        const response = await globalThis.fetch(...asked);
        begun += 1;
        return response;
      },
      random: systemRandom,
      notices: createNotices({ log: silentLogger }),
      pause: (ms) => new Promise<void>((end) => void waits.push({ ms, end })),
    },
    onAttempt: (attempt) => attempts.push(attempt),
  });
  const running = new AbortController();
  return {
    store,
    attempts,
    begun: () => begun,
    round: (stop = running.signal) => delivery.round(stop),
    pass: (ms) => {
      passed += ms;
    },
    expire: (ms) => {
      for (const wait of waits) if (wait.ms === ms) wait.end();
    },
  };
}

async function owe({ store }: Delivering, count = 1, endpoint = "orders"): Promise<void> {
  const deliveries = Array.from({ length: count }, (_, n) => ({
    event: "sign-in" as const,
    payload: { userId: `u_${n}`, externalId: "42", sid: `s_${n}`, app: "wx1", new: true, at: 1 },
    webhook: { endpoint, messageId: `start_s_${n}` },
  }));
  await signIn(store, { plan: () => ({ deliveries }) });
}

const outcomesOf = ({ attempts }: Delivering): readonly string[] => attempts.map(({ outcome }) => outcome).toSorted();

test("a message is signed, says what happened in the wire's words, and is forgotten after any 2xx", async (t) => {
  const receiver = await startReceiver(t, (response) => void response.writeHead(204).end());
  const node = await openDelivering(t, receiver);
  await owe(node);
  await node.round();
  const [request, ...more] = receiver.received;
  assert.deepEqual(more, []);
  assert.equal(request?.headers["webhook-id"], "start_s_0");
  const { timestamp, ...message } = verified(SECRET, request);
  assert.ok(Math.abs(Date.parse(String(timestamp)) - Date.now()) < 600_000, String(timestamp));
  assert.deepEqual(message, {
    type: "user.signed_in",
    data: { user_id: "u_0", external_id: "42", sid: "s_0", app: "wx1", new: true },
  });
  assert.deepEqual(await node.store.webhooks.list({ limit: 9 }), []);
  assert.deepEqual(outcomesOf(node), ["arrived"]);
});

test("what failed comes again with the same id and body, under a fresh timestamp, and not before its time", async (t) => {
  const receiver = await startReceiver(t, answerJson({}, 503));
  const node = await openDelivering(t, receiver);
  await owe(node);
  await node.round();
  node.pass(4900);
  await node.round();
  assert.equal(receiver.received.length, 1, "five seconds at least");
  receiver.answer = answerJson({});
  node.pass(2000);
  await node.round();
  const [first, again] = receiver.received;
  assert.equal(again?.body, first?.body);
  assert.equal(again?.headers["webhook-id"], first?.headers["webhook-id"]);
  verified(SECRET, again ?? assert.fail("not sent again"));
  assert.deepEqual(await node.store.webhooks.count(), []);
});

test("after the last attempt a message is a dead letter, and a retry gives it all attempts again", async (t) => {
  const receiver = await startReceiver(t, answerJson({}, 500));
  const node = await openDelivering(t, receiver);
  await owe(node);
  for (let day = 0; day < ATTEMPTS_MOST + 3; day += 1) {
    await node.round();
    node.pass(2 * DAY_MS);
  }
  assert.equal(receiver.received.length, ATTEMPTS_MOST);
  assert.deepEqual(
    node.attempts.map(({ isLast }) => isLast),
    Array.from({ length: ATTEMPTS_MOST }, (_, at) => at === ATTEMPTS_MOST - 1),
  );
  const [dead] = await node.store.webhooks.list({ state: "dead", limit: 9 });
  assert.equal(dead?.fault, "answered 500");
  receiver.answer = answerJson({});
  assert.equal(await node.store.webhooks.revive({ endpoint: "orders" }, 9), 1);
  await node.round();
  assert.deepEqual(await node.store.webhooks.count(), []);
});

test("410 is a dead letter at once", async (t) => {
  const receiver = await startReceiver(t, answerJson({}, 410));
  const node = await openDelivering(t, receiver);
  await owe(node);
  await node.round();
  node.pass(DAY_MS);
  await node.round();
  assert.equal(receiver.received.length, 1);
  assert.deepEqual(await node.store.webhooks.count(), [{ endpoint: "orders", waiting: 0, dead: 1 }]);
});

for (const status of [301, 307]) {
  test(`a redirect by ${status} is a failure, and nothing is sent where it points`, async (t) => {
    const elsewhere = await startReceiver(t);
    const receiver = await startReceiver(t, (response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
    });
    const node = await openDelivering(t, receiver);
    await owe(node);
    await node.round();
    assert.deepEqual(outcomesOf(node), ["redirect"]);
    assert.equal(elsewhere.received.length, 0);
  });
}

for (const [status, outcome] of [
  [200, "arrived"],
  [500, "status"],
] as const) {
  test(`an answer of ${status} that does not end is cut, and counts as its status says`, async (t) => {
    let cutAfter: number | undefined;
    const receiver = await startReceiver(
      t,
      answerForEver(status, (bytes) => {
        cutAfter = bytes;
      }),
    );
    const node = await openDelivering(t, receiver);
    await owe(node);
    await node.round();
    await until(() => cutAfter !== undefined);
    assert.ok((cutAfter ?? 0) < 30_000_000, `cut after ${cutAfter} bytes`);
    assert.deepEqual(outcomesOf(node), [outcome]);
  });
}

/** Each begins an answer and spoils its body. */
const SPOILED: readonly (readonly [
  what: string,
  headers: Readonly<Record<string, string>>,
  spoil: Receiver["answer"],
])[] = [
  ["is not packed as it says", { "content-encoding": "gzip" }, (response) => void response.end("no gzip")],
  ["breaks off", { "content-length": "9" }, (response) => void response.write("{", () => response.destroy())],
  ["does not end", {}, (response) => void response.write("{")],
];

for (const [what, headers, spoil] of SPOILED) {
  test(`an answer's status counts, though its body ${what}`, async (t) => {
    const receiver = await startReceiver(t);
    const node = await openDelivering(t, receiver);
    for (const [at, status] of [202, 410].entries()) {
      receiver.answer = (response, request) => {
        response.writeHead(status, headers);
        spoil(response, request);
      };
      await owe(node);
      const round = node.round();
      await until(() => node.begun() === at + 1);
      node.expire(TIMEOUT_MS);
      await round;
    }
    assert.deepEqual(await node.store.webhooks.count(), [{ endpoint: "orders", waiting: 0, dead: 1 }]);
  });
}

test("a receiver that hangs is given up at its deadline, and keeps what it did not take", async (t) => {
  const receiver = await startReceiver(t, (response, { body }) => {
    if (!body.includes('"u_0"')) response.end();
  });
  const node = await openDelivering(t, receiver);
  await owe(node, 3);
  const round = node.round();
  await until(() => node.attempts.length === 2);
  node.expire(TIMEOUT_MS);
  await round;
  assert.deepEqual(outcomesOf(node), ["arrived", "arrived", "timeout"]);
  const [left] = await node.store.webhooks.list({ limit: 9 });
  assert.deepEqual([left?.messageId, left?.fault], ["start_s_0", "did not answer within 20000 ms"]);
});

test("a receiver gets ten requests at once, and one that refuses everything is not asked as fast as it refuses", async (t) => {
  const receiver = await startReceiver(t, () => undefined);
  const node = await openDelivering(t, receiver);
  await owe(node, 25);
  const held: (() => void)[] = [];
  receiver.answer = (response) => void held.push(() => response.writeHead(500).end());
  const round = node.round();
  await until(() => held.length === 10);
  for (const answer of held) answer();
  await round;
  assert.equal(receiver.received.length, 10);
  receiver.answer = answerJson({});
  await node.round();
  assert.equal(receiver.received.length, 25, "a receiver that takes messages gets all that are due");
});

test("what a node that died had under way, another one delivers", async (t) => {
  const receiver = await startReceiver(t);
  const node = await openDelivering(t, receiver);
  await owe(node);
  await node.store.webhooks.take("orders", 9, 50_000);
  await node.round();
  assert.equal(receiver.received.length, 0);
  node.pass(50_000);
  await node.round();
  assert.equal(receiver.received.length, 1);
  assert.deepEqual(await node.store.webhooks.count(), []);
});

test("a stop waits for what is under way, and gives back at once what does not end", async (t) => {
  const held: (() => void)[] = [];
  const receiver = await startReceiver(t, (response) => void held.push(() => response.end()));
  const node = await openDelivering(t, receiver);
  await owe(node, 2);
  const stop = new AbortController();
  const round = node.round(stop.signal);
  await until(() => held.length === 2);
  stop.abort();
  held[0]?.();
  await until(() => node.attempts.length === 1);
  node.expire(STOP_GRACE_MS);
  await round;
  assert.deepEqual(outcomesOf(node), ["arrived", "stopped"]);
  receiver.answer = answerJson({});
  await node.round();
  assert.deepEqual(outcomesOf(node), ["arrived", "arrived", "stopped"], "it is due at once");
});

test("messages of a receiver that the configuration names no more stay, and are told once for all of them", async (t) => {
  const node = await openDelivering(t, await startReceiver(t));
  await owe(node, 2);
  await owe(node, 1, "stock");
  const lines: object[] = [];
  const notices = createNotices({ log: { ...silentLogger, warn: (fields: object) => void lines.push(fields) } });
  await tellLeftOver(node.store.webhooks, [{ id: "orders" }, { id: "stock" }], notices);
  assert.deepEqual(lines, []);
  await tellLeftOver(node.store.webhooks, [{ id: "stock" }], notices);
  const receivers = [{ endpoint: "orders", waiting: 2, dead: 0 }];
  assert.deepEqual(lines, [{ receivers, kind: "webhooks_left_over" }]);
  await node.round();
  assert.deepEqual(outcomesOf(node), ["arrived", "arrived"], "they go out when the receiver is back");
});

test("beyond its bound the oldest of a receiver are deleted, and the log says how many", async (t) => {
  const node = await openDelivering(t, await startReceiver(t));
  await owe(node, 5);
  await owe(node, 2, "stock");
  const lines: object[] = [];
  const log = { ...silentLogger, error: (fields: object) => void lines.push(fields) };
  const bounds = { notices: createNotices({ log }), most: 3 };
  await keepBounded(node.store.webhooks, [{ id: "orders" }, { id: "stock" }], bounds);
  assert.deepEqual(await node.store.webhooks.count(), [
    { endpoint: "orders", waiting: 3, dead: 0 },
    { endpoint: "stock", waiting: 2, dead: 0 },
  ]);
  assert.deepEqual(lines, [{ endpoint: "orders", dropped: 2, kind: "webhooks_dropped" }]);
});
