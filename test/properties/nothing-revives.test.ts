import assert from "node:assert/strict";
import test from "node:test";
import { ASKER, BAKERY, freshAttempt, openHouse } from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const ROLES = { member: ["order:read:own"], admin: ["order:read:all"], clerk: ["order:create"] };

test("a shorter access life in the configuration revives no token of the longer one", async (t) => {
  const house = await openHouse(t, { tokens: { access: "24h" } });
  const alice = await house.signIn("alice");
  const bob = await house.signIn("bob");
  await house.reopen({ tokens: { access: "10m" } });
  await house.hufu.sessions.kick(alice.sid);
  await house.hufu.protocol.revoke(bob.access, { id: BAKERY, confidential: false });
  for (const restart of [false, true]) {
    await house.pass(3 * HOUR);
    if (restart) await house.reopen({ tokens: { access: "10m" } });
    assert.equal(await guardSays(house.hufu, alice.access), "token_revoked kicked");
    assert.equal(await guardSays(house.hufu, bob.access), "token_revoked logged_out");
    assert.deepEqual(await house.hufu.protocol.introspect(bob.access, ASKER), { active: false });
  }
});

test("a role that another node emptied stays empty here, though this node changed another role since", async (t) => {
  const house = await openHouse(t, { roles: ROLES, rolesFrom: "hufu" });
  const other = await house.node();
  const alice = await house.signIn("alice");
  await house.hufu.users.setRoles(alice.userId, ["admin", "clerk"]);
  const held = await house.refresh(alice.refresh);
  await other.roles.set("clerk", []);
  await house.hufu.roles.set("admin", ["order:read:all", "order:refund"]);
  for (const wait of [0, 1000]) {
    await house.pass(wait);
    const { permissions } = await house.hufu.verifier.check(`Bearer ${held.access}`);
    assert.deepEqual(permissions, ["order:read:all", "order:refund"]);
  }
});

test("another client of the same mini program gets nothing for a used code, and ends nothing", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  const twin = await house.node({
    apps: [{ id: "twin", appId: BAKERY, appSecret: "another", endpoint: house.url }],
  });
  const before = house.dump();
  for (const attemptId of [alice.input.attemptId, freshAttempt()]) {
    const again = () => twin.protocol.signIn({ ...alice.input, clientId: "twin", attemptId });
    assert.equal(await verdictOf(again), "login_code_used");
  }
  assert.deepEqual(house.dump(), before);
  await house.refresh(alice.refresh);
});

test("a back end whose registration is gone is told apart from one that is there", async (t) => {
  const client = { id: "orders", secret: "a secret of the orders", permissions: ["order:read:all"] };
  const house = await openHouse(t, { clients: [client] });
  const { accessToken } = await house.hufu.protocol.clientCredentials(
    house.hufu.protocol.authenticate("orders", client.secret),
  );
  assert.equal((await house.hufu.protocol.introspect(accessToken, ASKER)).active, true);
  await house.reopen({ clients: [] });
  assert.deepEqual(await house.hufu.protocol.introspect(accessToken, ASKER), { active: false });
});

test("a first sign-in in a sibling app gives back no role that was taken away", async (t) => {
  const house = await openHouse(t, { roles: ROLES, resolveUser: () => ({ userId: "42", roles: ["admin"] }) });
  const alice = await house.signIn("alice");
  assert.deepEqual(alice.claims.roles, ["admin"]);
  await house.hufu.users.setRoles(alice.userId, ["member"]);
  const elsewhere = await house.signIn("alice", { clientId: "wx-cinema" });
  assert.equal(elsewhere.userId, alice.userId);
  assert.deepEqual(elsewhere.claims.roles, ["member"]);
});

test("a refresh gives nobody the roles that the host names for somebody else", async (t) => {
  let answer = { userId: "42", roles: ["member"] };
  const house = await openHouse(t, { roles: ROLES, rolesFrom: "host", resolveUser: () => answer });
  const alice = await house.signIn("alice");
  answer = { userId: "43", roles: ["admin"] };
  await house.hufu.stale("42");
  const held = await house.refresh(alice.refresh);
  assert.deepEqual([held.claims.uid, held.claims.roles], ["42", ["member"]]);
});

test("a ban until no valid date is a mistake, not a ban for good", async (t) => {
  const house = await openHouse(t);
  const alice = await house.signIn("alice");
  await assert.rejects(
    async () => house.hufu.users.ban(alice.userId, { reason: "x", until: new Date("soon") }),
    TypeError,
  );
  assert.equal(await guardSays(house.hufu, alice.access), "ok");
});

test("sessions that expired or were reset unseen are written down by the next sign-in, once each", async (t) => {
  const house = await openHouse(t, { tokens: { mode: "single", single: "10m" } });
  for (let time = 0; time < 4; time += 1) {
    await house.hufu.protocol.signIn({
      clientId: BAKERY,
      code: house.wechat.issueCode({ appId: BAKERY, user: "alice" }),
    });
    await house.pass(11 * MINUTE);
  }
  const sessions = house.dump()["hufu_sessions"] ?? [];
  assert.deepEqual(sessions.map((row) => row["end_why"]).toSorted(), ["expired", "expired", "expired", null]);
  const ends = (house.dump()["hufu_audit"] ?? []).filter((row) => row["action"] === "session.end");
  assert.equal(ends.length, 3);
});
