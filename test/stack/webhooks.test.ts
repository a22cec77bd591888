import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../server/src/core/until.fixture.ts";
import {
  answerJson,
  type Receiver,
  startReceiver,
  verified,
  webhookSecret,
} from "../../server/src/webhooks/receiver.fixture.ts";
import { BAKERY, openStack, rowsOf, type Stack, type StackOptions } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

const SECRET = webhookSecret("orders");

/** What was told, without the times, in an order that does not depend on the network. */
function told(receiver: Receiver): readonly unknown[] {
  return receiver.received
    .map((request) => {
      const { type, data } = verified(SECRET, request);
      return { id: request.headers["webhook-id"], type, data };
    })
    .toSorted((one, other) => String(one.id).localeCompare(String(other.id)));
}

function openTelling(t: TestContext, receiver: Receiver, options: StackOptions = {}): Promise<Stack> {
  const webhooks = [{ id: "orders", url: receiver.url, secret: SECRET, timeout: "30s" }];
  // The public library compares with the clock of this machine.
  return openStack(t, { start: Date.now(), resolveUser: () => ({ userId: 42 }), webhooks, ...options });
}

const LOOKS = 200;
const LOOK_MS = 5;
/** Fewer seconds of the stack's clock than a request may take: no slow machine makes one late. */
const SECONDS_MOST = 25;

/** Nodes look once a second by the stack's clock; a request takes real time. */
async function passUntil(stack: Stack, isSo: () => boolean): Promise<void> {
  for (let second = 0; second < SECONDS_MOST; second += 1) {
    await stack.pass(1000);
    for (let look = 0; look < LOOKS; look += 1) {
      if (isSo()) return;
      await delay(LOOK_MS);
    }
  }
  assert.fail(`not so after ${SECONDS_MOST} s: ${isSo}`);
}

test("a receiver gets every sign-in, ended session and closed account, once each, without openid", async (t) => {
  const receiver = await startReceiver(t);
  const stack = await openTelling(t, receiver);
  await stack.node();
  const alice = await stack.signIn("alice", { deviceId: "d-1" });
  const again = await stack.signIn("alice", { deviceId: "d-1" });
  await stack.hufu.users.close(alice.userId);
  await passUntil(stack, () => rowsOf(stack, "hufu_webhooks").length === 0);
  const { userId } = alice;
  const started = (sid: string, isNew: boolean) => ({
    id: `start_${sid}`,
    type: "user.signed_in",
    data: { user_id: userId, external_id: "42", sid, app: BAKERY, new: isNew },
  });
  const ended = (sid: string, why: string) => ({
    id: `end_${sid}`,
    type: "session.ended",
    data: { user_id: userId, sid, app: BAKERY, why },
  });
  const expected = [
    { id: `close_${userId}`, type: "user.closed", data: { user_id: userId, external_id: "42" } },
    ended(alice.sid, "replaced"),
    ended(again.sid, "closed"),
    started(alice.sid, true),
    started(again.sid, false),
  ];
  assert.deepEqual(
    told(receiver),
    expected.toSorted((one, other) => one.id.localeCompare(other.id)),
  );
  const openid = String(alice.claims.openid);
  assert.ok(!receiver.received.some(({ body }) => body.includes(openid)));
  assert.equal(rowsOf(stack, "hufu_deliveries").length, 0);
});

test("a receiver gets the events that it is configured for, and without a receiver nothing is written", async (t) => {
  const receiver = await startReceiver(t);
  const events = ["user.closed"] as const;
  const webhooks = [{ id: "orders", url: receiver.url, secret: SECRET, timeout: "30s", events }];
  const stack = await openTelling(t, receiver, { webhooks });
  const { userId } = await stack.signIn("alice");
  assert.equal(rowsOf(stack, "hufu_webhooks").length, 0);
  await stack.hufu.users.close(userId);
  await passUntil(stack, () => receiver.received.length > 0);
  assert.deepEqual(
    receiver.received.map((request) => verified(SECRET, request)["type"]),
    ["user.closed"],
  );
  const silent = await openStack(t);
  await silent.hufu.sessions.kick((await silent.signIn("alice")).sid);
  assert.equal(rowsOf(silent, "hufu_webhooks").length, 0);
});

test("a refused sign-in sends nothing, and an unavailable receiver fails no sign-in and delays no other receiver", async (t) => {
  const receiver = await startReceiver(t);
  const away = await startReceiver(t, () => undefined);
  const webhooks = [
    { id: "away", url: away.url, secret: webhookSecret("away"), timeout: "30s" },
    { id: "orders", url: receiver.url, secret: SECRET, timeout: "30s" },
  ];
  const stack = await openTelling(t, receiver, { webhooks });
  const alice = await stack.signIn("alice");
  await stack.hufu.users.ban(alice.userId, { reason: "spam" });
  assert.match(await verdictOf(() => stack.signIn("alice")), /^account_banned/);
  await passUntil(stack, () => receiver.received.length === 2);
  await until(() => away.received.length > 0);
  assert.deepEqual(
    receiver.received.map(({ headers }) => headers["webhook-id"]).toSorted(),
    [`end_${alice.sid}`, `start_${alice.sid}`].toSorted(),
  );
  assert.deepEqual(
    rowsOf(stack, "hufu_webhooks").map(({ endpoint }) => endpoint),
    ["away", "away"],
  );
  assert.deepEqual(await stack.hufu.deliveries.counts(), [{ endpoint: "away", waiting: 2, dead: 0 }]);
});

test("dead letters are listed and sent again; who did it is in the audit log", async (t) => {
  const receiver = await startReceiver(t, answerJson({}, 410));
  const stack = await openTelling(t, receiver);
  const { sid } = await stack.signIn("alice");
  await passUntil(stack, () => rowsOf(stack, "hufu_webhooks", { due_at: null }).length === 1);
  const [dead] = await stack.hufu.deliveries.list({ state: "dead" });
  assert.deepEqual([dead?.messageId, dead?.fault], [`start_${sid}`, "answered 410"]);
  receiver.answer = answerJson({});
  assert.equal(await stack.hufu.deliveries.retry({ numbers: [dead?.number ?? 0] }, { by: "alice@ops" }), 1);
  await passUntil(stack, () => rowsOf(stack, "hufu_webhooks").length === 0);
  const [audited] = rowsOf(stack, "hufu_audit", { action: "webhook.retry" });
  assert.equal(audited?.["actor"], "alice@ops");
  for (const wrong of [{}, { numbers: [0] }, { endpoint: "" }, { numbers: [1], endpoint: "orders" }]) {
    await assert.rejects(stack.hufu.deliveries.retry(wrong as never), TypeError);
  }
  await assert.rejects(stack.hufu.deliveries.list({ limit: 201 }), /query\.limit/);
});
