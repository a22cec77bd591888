import assert from "node:assert/strict";
import { hash } from "node:crypto";
import test from "node:test";
import { ASKER, BAKERY, freshAttempt, openStack } from "../stack/stack.fixture.ts";
import { guardSays, verdictOf } from "../stack/verdict.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const ROLES = { member: ["order:read:own"], admin: ["order:read:all"], clerk: ["order:create"] };

test("a shorter access life in the configuration revives no token of the longer one", async (t) => {
  const stack = await openStack(t, { tokens: { access: "24h" } });
  const alice = await stack.signIn("alice");
  const bob = await stack.signIn("bob");
  await stack.reopen({ tokens: { access: "10m" } });
  await stack.hufu.sessions.kick(alice.sid);
  await stack.hufu.protocol.revoke(bob.access, { id: BAKERY, confidential: false });
  for (const restart of [false, true]) {
    await stack.pass(3 * HOUR);
    if (restart) await stack.reopen({ tokens: { access: "10m" } });
    assert.equal(await guardSays(stack.hufu, alice.access), "token_revoked kicked");
    assert.equal(await guardSays(stack.hufu, bob.access), "token_revoked logged_out");
    assert.deepEqual(await stack.hufu.protocol.introspect(bob.access, ASKER), { active: false });
  }
});

test("a role that another node emptied stays empty here, though this node changed another role since", async (t) => {
  const stack = await openStack(t, { roles: ROLES, rolesFrom: "hufu" });
  const other = await stack.node();
  const alice = await stack.signIn("alice");
  await stack.hufu.users.setRoles(alice.userId, ["admin", "clerk"]);
  const held = await stack.refresh(alice.refresh);
  await other.roles.set("clerk", []);
  await stack.hufu.roles.set("admin", ["order:read:all", "order:refund"]);
  for (const wait of [0, 1000]) {
    await stack.pass(wait);
    const { permissions } = await stack.hufu.verifier.check(`Bearer ${held.access}`);
    assert.deepEqual(permissions, ["order:read:all", "order:refund"]);
  }
});

test("another client of the same mini program gets nothing for a used code, and ends nothing", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  const twin = await stack.node({
    apps: [{ id: "twin", appId: BAKERY, appSecret: "another", endpoint: stack.url }],
  });
  const before = stack.dump();
  for (const attemptId of [alice.input.attemptId, freshAttempt()]) {
    const again = () => twin.protocol.signIn({ ...alice.input, clientId: "twin", attemptId });
    assert.equal(await verdictOf(again), "login_code_used");
  }
  assert.deepEqual(stack.dump(), before);
  await stack.refresh(alice.refresh);
});

test("a back end whose registration is gone is told apart from one that is there", async (t) => {
  const client = {
    id: "orders",
    secret: hash("sha256", "the orders of a test", "hex"),
    permissions: ["order:read:all"],
  };
  const stack = await openStack(t, { clients: [client] });
  const { accessToken } = await stack.hufu.protocol.clientCredentials(
    stack.hufu.protocol.authenticate("orders", client.secret),
  );
  assert.equal((await stack.hufu.protocol.introspect(accessToken, ASKER)).active, true);
  await stack.reopen({ clients: [] });
  assert.deepEqual(await stack.hufu.protocol.introspect(accessToken, ASKER), { active: false });
});

test("a first sign-in in a sibling app gives back no role that was taken away", async (t) => {
  const stack = await openStack(t, { roles: ROLES, resolveUser: () => ({ userId: "42", roles: ["admin"] }) });
  const alice = await stack.signIn("alice");
  assert.deepEqual(alice.claims.roles, ["admin"]);
  await stack.hufu.users.setRoles(alice.userId, ["member"]);
  const elsewhere = await stack.signIn("alice", { clientId: "wx-cinema" });
  assert.equal(elsewhere.userId, alice.userId);
  assert.deepEqual(elsewhere.claims.roles, ["member"]);
});

test("a refresh never gives a user the roles that the host names for another", async (t) => {
  let answer = { userId: "42", roles: ["member"] };
  const stack = await openStack(t, { roles: ROLES, rolesFrom: "host", resolveUser: () => answer });
  const alice = await stack.signIn("alice");
  answer = { userId: "43", roles: ["admin"] };
  await stack.hufu.stale("42");
  const held = await stack.refresh(alice.refresh);
  assert.deepEqual([held.claims.uid, held.claims.roles], ["42", ["member"]]);
});

test("a ban until no valid date is a mistake, not a ban for good", async (t) => {
  const stack = await openStack(t);
  const alice = await stack.signIn("alice");
  await assert.rejects(
    async () => stack.hufu.users.ban(alice.userId, { reason: "x", until: new Date("soon") }),
    TypeError,
  );
  assert.equal(await guardSays(stack.hufu, alice.access), "ok");
});

test("sessions that expired or were reset unseen are written down by the next sign-in, once each", async (t) => {
  const stack = await openStack(t, { tokens: { mode: "single", single: "10m" } });
  for (let time = 0; time < 4; time += 1) {
    await stack.hufu.protocol.signIn({
      clientId: BAKERY,
      code: stack.wechat.issueCode({ appId: BAKERY, user: "alice" }),
    });
    await stack.pass(11 * MINUTE);
  }
  const sessions = stack.dump()["hufu_sessions"] ?? [];
  assert.deepEqual(sessions.map((row) => row["end_why"]).toSorted(), ["expired", "expired", "expired", null]);
  const ends = (stack.dump()["hufu_audit"] ?? []).filter((row) => row["action"] === "session.end");
  assert.equal(ends.length, 3);
});
