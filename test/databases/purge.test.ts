import assert from "node:assert/strict";
import test from "node:test";
import { ASKER, freshAttempt, type Held, type House, openHouse, rowsOf, settle } from "../stack/stack.fixture.ts";
import { verdictOf } from "../stack/verdict.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const USERS = 24;

/** Longer than two rounds of ten minutes, whose batches wait between, and what comes before the first. */
const ROUNDS = 120 * MINUTE;

/** Time in which every row is looked at, wherever a node begins. */
async function rounds(house: House): Promise<void> {
  for (let minutes = 0; minutes < 120; minutes += 10) await house.pass(10 * MINUTE);
}

test("F36: two nodes purge for eighty days, users who come are never lost, and whoever stays away is", async (t) => {
  const house = await openHouse(t);
  const nodes = [house.hufu, await house.node()] as const;
  const held: Held[] = [];
  for (let user = 0; user < USERS; user += 1) held.push(await house.signIn(`user ${user}`));
  // A third comes every day, a third at the very last moment before the idle end, a third never again.
  const comes = (user: number, day: number): boolean => user % 3 === 0 || (user % 3 === 1 && day % 29 === 0);
  for (let day = 1; day <= 80; day += 1) {
    await house.pass(DAY - 20 * MINUTE);
    const visit = async (user: number): Promise<void> => {
      const { refresh } = held[user] ?? assert.fail("no such user");
      held[user] = await house.refresh(refresh, { attemptId: freshAttempt() }, nodes[user % 2 === 0 ? 0 : 1]);
    };
    const visitors = held.map((_, user) => user).filter((user) => comes(user, day));
    // Twice ten minutes: purges are due on both nodes while these refreshes are under way.
    house.clock.pass(10 * MINUTE);
    await Promise.all(visitors.map(visit));
    await house.pass(10 * MINUTE);
  }
  await settle();
  for (const [user, { sid, refresh }] of held.entries()) {
    assert.equal(rowsOf(house, "hufu_sessions", { id: sid }).length, user % 3 === 2 ? 0 : 1, `user ${user}`);
    const verdict = await verdictOf(() => house.refresh(refresh));
    assert.equal(verdict, user % 3 === 2 ? "refresh_token_invalid" : "ok");
  }
});

test("a session that ended stays listed for thirty days and is then forgotten; its token stays refused", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  await house.hufu.sessions.kick(alice.sid);
  await house.pass(30 * DAY - 2 * ROUNDS);
  await rounds(house);
  const listed = () => house.hufu.sessions.list(alice.userId, { ended: true });
  assert.equal((await listed()).length, 1);
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "session_kicked");
  await house.pass(ROUNDS);
  await rounds(house);
  assert.deepEqual(await listed(), []);
  assert.equal(await verdictOf(() => house.refresh(alice.refresh)), "refresh_token_invalid");
  assert.equal((await house.hufu.protocol.introspect(alice.refresh, ASKER)).active, false);
  assert.equal(rowsOf(house, "hufu_revocations").length, 0, "the entry concerns nobody any more");
  assert.equal(rowsOf(house, "hufu_audit", { action: "session.end" }).length, 1, "the record stays");
});

test("audit records go when their time is over", async (t) => {
  const house = await openHouse(t, { retention: { audit: "2d" } });
  await house.signIn("alice");
  const before = rowsOf(house, "hufu_audit").length;
  assert.ok(before > 0);
  await house.pass(2 * DAY - 2 * ROUNDS);
  await rounds(house);
  assert.equal(rowsOf(house, "hufu_audit").length, before);
  await house.pass(ROUNDS);
  await rounds(house);
  assert.equal(rowsOf(house, "hufu_audit").length, 0);
});
