import assert from "node:assert/strict";
import test from "node:test";
import { HufuError } from "../../server/src/core/errors.ts";
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
