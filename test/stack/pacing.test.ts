import assert from "node:assert/strict";
import test from "node:test";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import { appSecretOf, BAKERY, freshAttempt, heldOf, openStack } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

test("beyond signInsPerMinute a sign-in waits, on every node, with a code that stays good; refreshes go on", async (t) => {
  const stack = await openStack(t);
  const apps = [{ appId: BAKERY, appSecret: appSecretOf(BAKERY), endpoint: stack.url, signInsPerMinute: 2 }];
  const [one, two] = [await stack.node({ apps }), await stack.node({ apps })];
  const alice = await stack.signIn("alice", {}, one);
  await stack.signIn("bob", {}, two);

  const code = stack.wechat.issueCode({ appId: BAKERY, user: "carol" });
  const carol = { clientId: BAKERY, code, attemptId: freshAttempt() };
  for (const node of [one, two]) {
    await assert.rejects(node.protocol.signIn(carol), (error) => {
      assert.ok(error instanceof HufuError && error.reason === "rate_limited");
      return error.retryAfter !== undefined && error.retryAfter >= 5 && error.retryAfter <= 60;
    });
  }
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh, {}, one)), "ok");
  const again = await one.protocol.signIn(alice.input);
  assert.equal(heldOf(again).sid, alice.sid, "a repeat asks the platform nothing");

  await stack.pass(61_000);
  const held = heldOf(await two.protocol.signIn(carol));
  assert.equal(heldOf(await one.protocol.signIn(carol)).sid, held.sid);
});

test("codes that the platform rejects return their reservation: strangers cannot spend what honest users need", async (t) => {
  const stack = await openStack(t);
  const apps = [{ appId: BAKERY, appSecret: appSecretOf(BAKERY), endpoint: stack.url, signInsPerMinute: 2 }];
  const nodes = [await stack.node({ apps }), await stack.node({ apps })];
  for (let sent = 0; sent < 20; sent += 1) {
    const node = nodes[sent % nodes.length] ?? assert.fail("no node");
    const code = `made-up-code-number-${sent}`;
    assert.equal(await verdictOf(() => node.protocol.signIn({ clientId: BAKERY, code })), "login_code_invalid");
  }
  const used = stack.wechat.issueCode({ appId: BAKERY, user: "alice" });
  await nodes[0]?.protocol.signIn({ clientId: BAKERY, code: used, attemptId: freshAttempt() });
  await stack.signIn("bob", {}, nodes[1]);
  assert.equal(await verdictOf(() => stack.signIn("carol", {}, nodes[1])), "rate_limited");
});

test("an address that sent rejected codes beyond the app's budget waits, others sign in, and the log says so", async (t) => {
  const stack = await openStack(t, { limits: { rejectedCodesPerMinute: 10, trustedProxies: ["10.0.0.1"] } });
  const from = (address: string) => ({ by: "user", address });
  const garbage = (number: number) =>
    stack.signIn("nobody", { code: `made-up-code-number-${number}`, caller: from("203.0.113.7") });
  for (let sent = 0; sent < 11; sent += 1) {
    assert.equal(await verdictOf(() => garbage(sent)), "login_code_invalid");
  }
  assert.equal(await verdictOf(() => garbage(11)), "rate_limited");
  assert.equal(await verdictOf(() => stack.signIn("alice", { caller: from("198.51.100.1") })), "ok");
  assert.equal(await verdictOf(() => stack.signIn("bob")), "ok");
  assert.equal(stack.logged.filter((line) => line.includes("limits.rejectedCodesPerMinute")).length, 1);
  await stack.pass(61_000);
  assert.equal(await verdictOf(() => garbage(12)), "login_code_invalid");
});

test("one session refreshes as often as allowed, then waits and keeps its token", async (t) => {
  const stack = await openStack(t, { limits: { refreshesPerMinute: 120 } });
  const { refresh: refreshToken } = await stack.signIn("alice");
  const request = { clientId: BAKERY, refreshToken, attemptId: freshAttempt(), caller: { by: "user" } };
  const ask = (): Promise<string> => verdictOf(() => stack.hufu.protocol.refresh(request));
  for (let sent = 0; sent < 120; sent += 1) assert.equal(await ask(), "ok");
  assert.equal(await ask(), "rate_limited");
  await stack.pass(61_000);
  assert.equal(await ask(), "ok");
});
