import assert from "node:assert/strict";
import test from "node:test";
import { alteredLogin } from "./altered-wechat.fixture.ts";
import { BAKERY, CINEMA, LONELY, openHouse, rowsOf } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

test("sibling apps that see one unionid at once make one user", async (t) => {
  const house = await openHouse(t);
  const node = await house.node();
  for (let round = 0; round < 10; round += 1) {
    const user = `user-${round}`;
    const answers = await Promise.all([
      house.signIn(user, { clientId: BAKERY }),
      house.signIn(user, { clientId: CINEMA }, node),
      house.signIn(user, { clientId: BAKERY }, node),
      house.signIn(user, { clientId: CINEMA }),
    ]);
    assert.equal(new Set(answers.map(({ userId }) => userId)).size, 1);
    assert.equal(answers.filter(({ answer }) => answer.user?.isNew).length, 1);
  }
  assert.equal(rowsOf(house, "hufu_users").length, 10);
  assert.equal(rowsOf(house, "hufu_identities").length, 20);
});

test("an app without a unionid, and one in another scope, share no user", async (t) => {
  const house = await openHouse(t);
  const { userId } = await house.signIn("alice");
  const lonely = await house.signIn("alice", { clientId: LONELY });
  assert.notEqual(lonely.userId, userId);
});

test("a unionid that belongs to somebody else already is not linked, and the audit log says so", async (t) => {
  let unionid = true;
  const house = await openHouse(t, {
    fetch: alteredLogin((answer) => (unionid ? answer : { ...answer, unionid: undefined })),
  });
  unionid = false;
  const bakery = await house.signIn("alice");
  unionid = true;
  const cinema = await house.signIn("alice", { clientId: CINEMA });
  assert.notEqual(cinema.userId, bakery.userId);

  const again = await house.signIn("alice");
  assert.equal(again.userId, bakery.userId, "an identity never changes its user");
  assert.equal(again.answer.user?.isNew, false);
  const [conflict, ...more] = rowsOf(house, "hufu_audit", { action: "identity.conflict" });
  assert.deepEqual([conflict?.["user_id"], conflict?.["why"], more.length], [bakery.userId, "union", 0]);
  assert.deepEqual(
    rowsOf(house, "hufu_unions").map((row) => row["user_id"]),
    [cinema.userId],
  );
  assert.equal((await house.signIn("alice", { clientId: CINEMA })).userId, cinema.userId);
});

test("a platform that names another unionid for a known user merges nobody, and the audit log says so (F24)", async (t) => {
  let swapped = false;
  const house = await openHouse(t, {
    fetch: alteredLogin((answer) => (swapped ? { ...answer, unionid: house.wechat.unionid({ user: "bob" }) } : answer)),
  });
  const alice = await house.signIn("alice");
  swapped = true;
  const confused = await house.signIn("alice");
  assert.equal(confused.userId, alice.userId);
  swapped = false;
  const bob = await house.signIn("bob", { clientId: CINEMA });
  assert.notEqual(bob.userId, alice.userId, "bob must not become alice because the platform once mixed them up");
  assert.equal(rowsOf(house, "hufu_audit", { action: "identity.conflict", why: "union" }).length, 1);
});

test("a unionid that is missing once changes nothing", async (t) => {
  let unionid = true;
  const house = await openHouse(t, {
    fetch: alteredLogin((answer) => (unionid ? answer : { ...answer, unionid: undefined })),
  });
  const alice = await house.signIn("alice");
  unionid = false;
  assert.equal((await house.signIn("alice")).userId, alice.userId);
  unionid = true;
  assert.equal((await house.signIn("alice", { clientId: CINEMA })).userId, alice.userId);
  assert.equal(rowsOf(house, "hufu_audit", { action: "identity.conflict" }).length, 0);
});

test("openids that differ in case alone stay two users", async (t) => {
  let openid = "oCaseMatters-AbCdEfGhIjKlMnO";
  const house = await openHouse(t, {
    fetch: alteredLogin((answer) => ({ ...answer, openid, unionid: undefined })),
  });
  const upper = await house.signIn("alice");
  openid = openid.toLowerCase();
  const lower = await house.signIn("alice");
  assert.notEqual(lower.userId, upper.userId);
  assert.equal(lower.claims.openid, openid);
  assert.equal(lower.answer.user?.isNew, true);
});

test("nothing that a client adds to its request says who it is", async (t) => {
  const house = await openHouse(t, { roles: { member: [], admin: ["order:read:all"] } });
  const bob = await house.signIn("bob");
  const sent = {
    ...{ openid: bob.claims.openid, user_id: bob.userId, sub: bob.userId, role: "admin", roles: ["admin"] },
    ...{ permissions: ["order:read:all"], acr: "soter", unionid: house.wechat.unionid({ user: "bob" }) },
  };
  const alice = await house.signIn("alice", { ...sent, context: sent });
  assert.notEqual(alice.userId, bob.userId);
  assert.deepEqual(alice.claims.roles, ["member"]);
  assert.deepEqual(alice.claims.permissions, []);
  assert.equal(alice.claims.acr, "platform");
  assert.equal(await verdictOf(() => house.signIn("alice", { clientId: "wx-nobody", code: "any" })), "client_unknown");
});
