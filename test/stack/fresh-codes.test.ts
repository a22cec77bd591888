import assert from "node:assert/strict";
import test from "node:test";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import { createMemoryHotStore } from "../../server/src/store/hot/memory.ts";
import type { HotStore } from "../../server/src/store/hot.ts";
import { BAKERY, freshAttempt, openStack, rowsOf, type Stack, type StackOptions } from "./stack.fixture.ts";
import { guardSays, verdictOf } from "./verdict.ts";

/** A node that never sees what another finishes at the very moment in which it claims a code. */
async function blindNode(stack: Stack, options: StackOptions = {}): Promise<Hufu> {
  const hot = createMemoryHotStore({ clock: stack.clock });
  const blind: HotStore = {
    ...hot,
    claimFreshCode: ({ mark, holder, ttlMs }) => hot.claim(mark, holder, ttlMs),
  };
  return stack.node({ ...options, hot: blind });
}

const timesAsked = (stack: Stack): number | undefined => stack.wechat.counters().calls["/sns/jscode2session"];

test("who did not see that the code had made a session looks again when the platform says no, and repeats", async (t) => {
  const stack = await openStack(t);
  const node = await blindNode(stack);
  const first = await stack.signIn("alice");
  const again = await stack.signIn("alice", first.input, node);
  assert.equal(timesAsked(stack), 2, "it did ask");
  assert.equal(again.sid, first.sid);
  assert.equal(again.refresh, first.refresh);
  assert.equal((await stack.signIn("alice", first.input, node)).sid, first.sid, "its mark stands, and stops no repeat");
});

test("such a code with another attempt ends the session that was made from it", async (t) => {
  const stack = await openStack(t);
  const node = await blindNode(stack);
  const first = await stack.signIn("alice");
  const foreign = { ...first.input, attemptId: freshAttempt() };
  assert.equal(await verdictOf(() => stack.signIn("alice", foreign, node)), "login_code_used");
  assert.equal(await guardSays(node, first.access), "token_revoked reused");
  assert.equal(rowsOf(stack, "hufu_sessions").length, 1);
});

test("who did not see a kept exchange finds it when the platform says no", async (t) => {
  const stack = await openStack(t);
  let isAway = true;
  const node = await blindNode(stack, {
    resolveUser: () => {
      if (isAway) throw new Error("away");
      return { userId: "host-alice" };
    },
  });
  const input = { code: stack.wechat.issueCode({ user: "alice" }), attemptId: freshAttempt() };
  assert.equal(await verdictOf(() => stack.signIn("alice", input, node)), "host_unavailable");
  isAway = false;
  assert.equal((await stack.signIn("alice", input, node)).answer.user?.isNew, true);
  assert.equal(timesAsked(stack), 2, "it did ask");
});

test("an unknown code stays refused, and no call waits for its mark", async (t) => {
  const stack = await openStack(t);
  const node = await blindNode(stack);
  const input = { code: "made-up-code-of-a-stranger", attemptId: freshAttempt() };
  for (const _ of [1, 2]) {
    assert.equal(await verdictOf(() => stack.signIn("alice", input, node)), "login_code_invalid");
  }
});

test("where a fresh code cannot be claimed, the sign-in asks nothing more: each question could wait as long", async (t) => {
  const stack = await openStack(t);
  const hot = createMemoryHotStore({ clock: stack.clock });
  const claimed: string[] = [];
  const node = await stack.node({
    hot: {
      ...hot,
      claim: (key, ...rest) => {
        if (key.startsWith("code:")) claimed.push(key);
        return hot.claim(key, ...rest);
      },
      claimFreshCode: () => Promise.reject(new HufuError("store_unavailable", { retryAfter: 1 })),
    },
  });
  const input = { clientId: BAKERY, code: stack.wechat.issueCode({ user: "alice" }) };
  assert.equal(await verdictOf(() => node.protocol.signIn(input)), "store_unavailable");
  assert.deepEqual(claimed, []);
  assert.equal(timesAsked(stack) ?? 0, 0, "the code is still good");
  assert.equal(await verdictOf(() => stack.hufu.protocol.signIn(input)), "ok");
});
