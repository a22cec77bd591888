import assert from "node:assert/strict";
import test from "node:test";
import { ASKER, freshAttempt, type Held, openStack, rowsOf, type Stack, settle } from "../stack/stack.fixture.ts";
import { verdictOf } from "../stack/verdict.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const USERS = 24;

/** Longer than two rounds of ten minutes, whose batches wait between, and what comes before the first. */
const ROUNDS = 120 * MINUTE;

/** Time in which every row is looked at, wherever a node begins. */
async function rounds(stack: Stack): Promise<void> {
  for (let minutes = 0; minutes < 120; minutes += 10) await stack.pass(10 * MINUTE);
}

test("F36: two nodes purge for eighty days, users who come are never lost, and a user who stays away is", async (t) => {
  const stack = await openStack(t);
  const nodes = [stack.hufu, await stack.node()] as const;
  const held: Held[] = [];
  for (let user = 0; user < USERS; user += 1) held.push(await stack.signIn(`user ${user}`));
  // A third comes every day, a third at the very last moment before the idle end, a third never again.
  const comes = (user: number, day: number): boolean => user % 3 === 0 || (user % 3 === 1 && day % 29 === 0);
  for (let day = 1; day <= 80; day += 1) {
    await stack.pass(DAY - 20 * MINUTE);
    const visit = async (user: number): Promise<void> => {
      const { refresh } = held[user] ?? assert.fail("no such user");
      held[user] = await stack.refresh(refresh, { attemptId: freshAttempt() }, nodes[user % 2 === 0 ? 0 : 1]);
    };
    const visitors = held.map((_, user) => user).filter((user) => comes(user, day));
    // Twice ten minutes: purges are due on both nodes while these refreshes are under way.
    stack.clock.pass(10 * MINUTE);
    await Promise.all(visitors.map(visit));
    await stack.pass(10 * MINUTE);
  }
  await settle();
  for (const [user, { sid, refresh }] of held.entries()) {
    assert.equal(rowsOf(stack, "hufu_sessions", { id: sid }).length, user % 3 === 2 ? 0 : 1, `user ${user}`);
    const verdict = await verdictOf(() => stack.refresh(refresh));
    assert.equal(verdict, user % 3 === 2 ? "refresh_token_invalid" : "ok");
  }
});

test("a session that ended stays listed for thirty days and is then forgotten; its token stays refused", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  await stack.hufu.sessions.kick(alice.sid);
  await stack.pass(30 * DAY - 2 * ROUNDS);
  await rounds(stack);
  const listed = () => stack.hufu.sessions.list(alice.userId, { ended: true });
  assert.equal((await listed()).length, 1);
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "session_kicked");
  await stack.pass(ROUNDS);
  await rounds(stack);
  assert.deepEqual(await listed(), []);
  assert.equal(await verdictOf(() => stack.refresh(alice.refresh)), "refresh_token_invalid");
  assert.equal((await stack.hufu.protocol.introspect(alice.refresh, ASKER)).active, false);
  assert.equal(rowsOf(stack, "hufu_revocations").length, 0, "the entry concerns nobody any more");
  assert.equal(rowsOf(stack, "hufu_audit", { action: "session.end" }).length, 1, "the record stays");
});

test("audit records go when their time is over", async (t) => {
  const stack = await openStack(t, { retention: { audit: "180d" } });
  await stack.signIn("alice");
  const before = rowsOf(stack, "hufu_audit").length;
  assert.ok(before > 0);
  await stack.pass(180 * DAY - 2 * ROUNDS);
  await rounds(stack);
  assert.equal(rowsOf(stack, "hufu_audit").length, before);
  await stack.pass(ROUNDS);
  await rounds(stack);
  assert.equal(rowsOf(stack, "hufu_audit").length, 0);
});
