import assert from "node:assert/strict";
import test from "node:test";
import { until } from "../../../server/src/core/until.fixture.ts";
import {
  answerJson,
  type Receiver,
  startReceiver,
  verified,
  webhookSecret,
} from "../../../server/src/webhooks/receiver.fixture.ts";
import { countRows, openStack, rowsOf, type StackOptions } from "../stack.fixture.ts";
import { verdictOf } from "../verdict.ts";

const SECRET = webhookSecret("resolve");

async function openAsking(t: Parameters<typeof openStack>[0], answer: Receiver["answer"], options: StackOptions = {}) {
  const receiver = await startReceiver(t, answer);
  // The public library compares with the clock of this machine.
  const start = Date.now();
  const stack = await openStack(t, { start, resolveUser: { url: receiver.url, secret: SECRET }, ...options });
  return { stack, receiver };
}

test("a first sign-in costs one request to the back end, every other sign-in, refresh and repeat none", async (t) => {
  const { stack, receiver } = await openAsking(t, answerJson({ user_id: "42", roles: ["admin"] }));
  const first = await stack.signIn("alice");
  assert.equal(receiver.received.length, 1);
  assert.deepEqual([first.claims.uid, first.claims.roles], ["42", ["admin"]]);
  await stack.signIn("alice", { ...first.input });
  await stack.refresh((await stack.refresh(first.refresh)).refresh);
  await stack.signIn("alice");
  await stack.signIn("alice", { deviceId: "d-2" }, await stack.node());
  assert.equal(receiver.received.length, 1);
});

test("a sign-in whose back end failed is repeated under the same webhook-id, and makes one user", async (t) => {
  const { stack, receiver } = await openAsking(t, answerJson({ user_id: "42" }, 500));
  const before = countRows(stack);
  const code = stack.wechat.issueCode({ appId: "wx-bakery", user: "alice" });
  const input = { code, attemptId: "attempt-of-alice-1" };
  assert.equal(await verdictOf(() => stack.signIn("alice", input)), "host_unavailable");
  const after = countRows(stack);
  assert.deepEqual(
    { ...after, hufu_hot: 0, hufu_refusals: 0 },
    { ...before, hufu_hot: 0, hufu_refusals: 0 },
    "nothing is half done",
  );
  receiver.answer = answerJson({ user_id: "42" });
  const { claims } = await stack.signIn("alice", input);
  assert.equal(claims.uid, "42");
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
  assert.equal(rowsOf(stack, "hufu_users").length, 1);
  await stack.signIn("bob");
  assert.notEqual(receiver.received.at(-1)?.headers["webhook-id"], ids[0], "another sign-in is another question");
  const asked = verified(SECRET, receiver.received[0] ?? assert.fail("not asked"));
  assert.equal(asked["type"], "user.resolve");
});

test("what comes back is checked as what a function answers", async (t) => {
  const { stack, receiver } = await openAsking(t, answerJson({}));
  const refused = [{ userid: "42" }, { user_id: 2 ** 53 }, { user_id: {} }, { roles: ["emperor"] }, { claims: [] }];
  for (const answer of refused) {
    receiver.answer = answerJson(answer);
    assert.equal(await verdictOf(() => stack.signIn("alice")), "host_unavailable", JSON.stringify(answer));
  }
  receiver.answer = answerJson({ deny: "not invited" });
  assert.equal(await verdictOf(() => stack.signIn("alice")), "sign_in_denied");
  assert.equal(rowsOf(stack, "hufu_users").length, 0);
});

test("a back end that hangs costs the sign-in its deadline, and the own one goes first", async (t) => {
  const { stack, receiver } = await openAsking(t, () => undefined);
  const node = await stack.node({ resolveUser: { url: receiver.url, secret: SECRET, timeout: "10s" } });
  for (const [on, ms] of [
    [stack.hufu, 3000],
    [node, 10_000],
  ] as const) {
    const asked = receiver.received.length;
    let verdict = "";
    const signIn = verdictOf(() => stack.signIn("alice", {}, on)).then((word) => {
      verdict = word;
    });
    await until(() => receiver.received.length > asked);
    stack.clock.pass(ms - 1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(verdict, "");
    stack.clock.pass(1);
    await signIn;
    assert.equal(verdict, "host_unavailable");
  }
});
