import assert from "node:assert/strict";
import { test } from "node:test";
import { BAKERY, CINEMA, openStack } from "../stack.fixture.ts";

const DAY_MS = 86_400_000;

test("a user is found by each of its names, and a list shows everybody by status", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const bob = await stack.signIn("bob");
  const { users } = stack.hufu;
  const openid = alice.claims.openid ?? assert.fail("the token carries an openid");
  const { identities } = (await users.find(alice.userId)) ?? assert.fail("alice is not found");
  const unionid = identities[0]?.unionid ?? assert.fail("the bakery has unionids");
  for (const by of [{ id: alice.userId }, { openid }, { unionid }, { sid: alice.sid }]) {
    const found = await users.search(by);
    assert.deepEqual(
      found.map(({ user }) => user.id),
      [alice.userId],
      JSON.stringify(by),
    );
  }
  assert.deepEqual(await users.search({ openid: "nobody" }), []);

  await users.ban(bob.userId, { reason: "fraud" });
  const idsWith = async (status?: "active" | "banned" | "closed"): Promise<readonly string[]> =>
    (await users.list(status === undefined ? {} : { status })).items.map(({ user }) => user.id);
  assert.deepEqual(await idsWith("banned"), [bob.userId]);
  assert.deepEqual(await idsWith("active"), [alice.userId]);
  assert.deepEqual(new Set(await idsWith()), new Set([alice.userId, bob.userId]));
  const first = await users.list({ limit: 1 });
  const cursor = first.next ?? assert.fail("there are two");
  const second = await users.list({ limit: 1, cursor });
  assert.equal(second.next, null);
  assert.equal(new Set([...first.items, ...second.items].map(({ user }) => user.id)).size, 2);
  await assert.rejects(users.list({ cursor: "anything" }), { reason: "parameter_invalid", parameter: "cursor" });
  await assert.rejects(users.list({ cursor: cursor.slice(0, -1) }), { reason: "parameter_invalid" });
});

test("each session says how it ended: why, by which rule, by whom, when", async (t) => {
  const stack = await openStack(t, {
    sessions: { perDeviceType: { phone: 1 }, perIdentity: 2 },
    tokens: { refreshIdle: "2d", refreshAbsolute: "5d" },
  });
  const endOf = async (userId: string, sid: string): Promise<unknown> => {
    const { items } = await stack.hufu.sessions.page(userId);
    const found = items.find(({ session }) => session.id === sid) ?? assert.fail(`${sid} is not listed`);
    return found.end === null ? null : [found.end.why, found.end.rule, found.end.by, found.end.at];
  };
  const now = (): number => stack.clock.now();

  const one = await stack.signIn("alice", { deviceId: "d-1", deviceType: "phone" });
  const { userId } = one;
  assert.equal(await endOf(userId, one.sid), null);
  const two = await stack.signIn("alice", { deviceId: "d-1", deviceType: "phone" });
  assert.deepEqual(await endOf(userId, one.sid), ["replaced", "device", "user", now()]);
  const three = await stack.signIn("alice", { deviceId: "d-2", deviceType: "phone" });
  assert.deepEqual(await endOf(userId, two.sid), ["replaced", "perDeviceType", "user", now()]);
  stack.clock.pass(1000);
  const four = await stack.signIn("alice", { deviceId: "d-3", deviceType: "pad" });
  stack.clock.pass(1000);
  const five = await stack.signIn("alice", { deviceId: "d-4", deviceType: "pc" });
  assert.deepEqual(await endOf(userId, three.sid), ["replaced", "perIdentity", "user", now()]);
  await stack.hufu.sessions.kick(four.sid, { by: "u_admin" });
  assert.deepEqual(await endOf(userId, four.sid), ["kicked", "administrator", "u_admin", now()]);

  const elsewhere = await stack.signIn("alice", { clientId: CINEMA });
  await stack.hufu.revokeApp(CINEMA, { reason: "leak" });
  assert.deepEqual(await endOf(userId, elsewhere.sid), ["reset", "reset", null, null]);

  const idleEnd = now() + 2 * DAY_MS;
  stack.clock.pass(2 * DAY_MS + 1000);
  const [, , , at] = (await endOf(userId, five.sid)) as readonly unknown[];
  assert.ok(typeof at === "number" && at <= idleEnd, "no row says so yet, and the end is known all the same");
  assert.deepEqual(await endOf(userId, five.sid), ["expired", "idle", "system", at]);

  const last = await stack.signIn("alice", { clientId: BAKERY });
  await stack.hufu.users.ban(userId, { reason: "fraud" }, { by: "u_admin" });
  assert.deepEqual(await endOf(userId, last.sid), ["banned", "ban", "u_admin", now()]);
});
