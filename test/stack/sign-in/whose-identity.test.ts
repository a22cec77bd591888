import assert from "node:assert/strict";
import test from "node:test";
import { BAKERY, CINEMA, LONELY, openStack, rowsOf } from "../stack.fixture.ts";
import { verdictOf } from "../verdict.ts";
import { alteredLogin } from "./altered-wechat.fixture.ts";

test("sibling apps that see one unionid at once make one user", async (t) => {
  const stack = await openStack(t);
  const node = await stack.node();
  for (let round = 0; round < 10; round += 1) {
    const user = `user-${round}`;
    const answers = await Promise.all([
      stack.signIn(user, { clientId: BAKERY }),
      stack.signIn(user, { clientId: CINEMA }, node),
      stack.signIn(user, { clientId: BAKERY }, node),
      stack.signIn(user, { clientId: CINEMA }),
    ]);
    assert.equal(new Set(answers.map(({ userId }) => userId)).size, 1);
    assert.equal(answers.filter(({ answer }) => answer.user?.isNew).length, 1);
  }
  assert.equal(rowsOf(stack, "hufu_users").length, 10);
  assert.equal(rowsOf(stack, "hufu_identities").length, 20);
});

test("an app without a unionid, and one in another scope, share no user", async (t) => {
  const stack = await openStack(t);
  const { userId } = await stack.signIn("alice");
  const lonely = await stack.signIn("alice", { clientId: LONELY });
  assert.notEqual(lonely.userId, userId);
});

test("a unionid that belongs to another user already is not linked, and the audit log says so", async (t) => {
  let unionid = true;
  const stack = await openStack(t, {
    fetch: alteredLogin((answer) => (unionid ? answer : { ...answer, unionid: undefined })),
  });
  unionid = false;
  const bakery = await stack.signIn("alice");
  unionid = true;
  const cinema = await stack.signIn("alice", { clientId: CINEMA });
  assert.notEqual(cinema.userId, bakery.userId);

  const again = await stack.signIn("alice");
  assert.equal(again.userId, bakery.userId, "an identity never changes its user");
  assert.equal(again.answer.user?.isNew, false);
  const [conflict, ...more] = rowsOf(stack, "hufu_audit", { action: "identity.conflict" });
  assert.deepEqual([conflict?.["user_id"], conflict?.["why"], more.length], [bakery.userId, "union", 0]);
  assert.deepEqual(
    rowsOf(stack, "hufu_unions").map((row) => row["user_id"]),
    [cinema.userId],
  );
  assert.equal((await stack.signIn("alice", { clientId: CINEMA })).userId, cinema.userId);
});

test("a platform that names another unionid for a known user merges no users, and the audit log says so (F24)", async (t) => {
  let swapped = false;
  const stack = await openStack(t, {
    fetch: alteredLogin((answer) => (swapped ? { ...answer, unionid: stack.wechat.unionid({ user: "bob" }) } : answer)),
  });
  const alice = await stack.signIn("alice");
  swapped = true;
  const confused = await stack.signIn("alice");
  assert.equal(confused.userId, alice.userId);
  swapped = false;
  const bob = await stack.signIn("bob", { clientId: CINEMA });
  assert.notEqual(bob.userId, alice.userId, "bob must not become alice because the platform once mixed them up");
  assert.equal(rowsOf(stack, "hufu_audit", { action: "identity.conflict", why: "union" }).length, 1);
});

test("a unionid that is missing once changes nothing", async (t) => {
  let unionid = true;
  const stack = await openStack(t, {
    fetch: alteredLogin((answer) => (unionid ? answer : { ...answer, unionid: undefined })),
  });
  const alice = await stack.signIn("alice");
  unionid = false;
  assert.equal((await stack.signIn("alice")).userId, alice.userId);
  unionid = true;
  assert.equal((await stack.signIn("alice", { clientId: CINEMA })).userId, alice.userId);
  assert.equal(rowsOf(stack, "hufu_audit", { action: "identity.conflict" }).length, 0);
});

test("openids that differ in case alone stay two users", async (t) => {
  let openid = "oCaseMatters-AbCdEfGhIjKlMnO";
  const stack = await openStack(t, {
    fetch: alteredLogin((answer) => ({ ...answer, openid, unionid: undefined })),
  });
  const upper = await stack.signIn("alice");
  openid = openid.toLowerCase();
  const lower = await stack.signIn("alice");
  assert.notEqual(lower.userId, upper.userId);
  assert.equal(lower.claims.openid, openid);
  assert.equal(lower.answer.user?.isNew, true);
});

test("nothing that a client adds to its request says who it is", async (t) => {
  const stack = await openStack(t, { roles: { member: [], admin: ["order:read:all"] } });
  const bob = await stack.signIn("bob");
  const sent = {
    openid: bob.claims.openid,
    user_id: bob.userId,
    sub: bob.userId,
    role: "admin",
    roles: ["admin"],
    permissions: ["order:read:all"],
    acr: "soter",
    unionid: stack.wechat.unionid({ user: "bob" }),
  };
  const alice = await stack.signIn("alice", { ...sent, context: sent });
  assert.notEqual(alice.userId, bob.userId);
  assert.deepEqual(alice.claims.roles, ["member"]);
  assert.deepEqual(alice.claims.permissions, []);
  assert.equal(alice.claims.acr, "platform");
  assert.equal(await verdictOf(() => stack.signIn("alice", { clientId: "wx-nobody", code: "any" })), "client_unknown");
});
