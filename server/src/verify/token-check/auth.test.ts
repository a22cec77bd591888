import assert from "node:assert/strict";
import { test } from "node:test";
import { clientClaims, START, userClaims } from "../issuer.fixture.ts";
import { createAuth } from "./auth.ts";

const own = ["order:read:own"];
const all = ["order:read"];

test("a handler sees who is calling", () => {
  const claims = userClaims({ uid: "42", openid: "o-1", claims: { tenant: "t1" } });
  const auth = createAuth<{ tenant: string }>(claims, own);
  assert.equal(auth.kind, "user");
  const { sub, uid, openid, sid, clientId, jti, expiresAt, ver, pol } = auth;
  assert.deepEqual(
    { sub, uid, openid, sid, clientId, jti, expiresAt, ver, pol },
    {
      sub: claims.sub,
      uid: "42",
      openid: "o-1",
      sid: claims.sid,
      clientId: "wx-shop",
      jti: claims.jti,
      expiresAt: START + 600,
      ver: 1,
      pol: 1,
    },
  );
  assert.deepEqual(auth.roles, ["member"]);
  assert.deepEqual(auth.permissions, own);
  if (auth.kind === "user") assert.equal(auth.claims.tenant, "t1");
});

test("a user without a host id, an openid or claims has none of them", () => {
  const auth = createAuth(userClaims(), own);
  assert.equal(auth.uid, undefined);
  assert.equal(auth.openid, undefined);
  assert.deepEqual(auth.claims, {});
});

test("can() minds the reach", () => {
  assert.equal(createAuth(userClaims(), own).can("order:read:own"), true);
  assert.equal(createAuth(userClaims(), own).can("order:read"), false);
  assert.equal(createAuth(userClaims(), all).can("order:read"), true);
  assert.equal(createAuth(userClaims(), all).can("order:delete"), false);
});

test("an owner is compared with the host's id where there is one, and only then with the subject", () => {
  const known = userClaims({ uid: "42" });
  assert.equal(createAuth(known, own).can("order:read", { owner: "42" }), true);
  assert.equal(createAuth(known, own).can("order:read", { owner: known.sub }), false);
  assert.equal(createAuth(known, own).owns(known.sub), false);
  const unknown = userClaims();
  assert.equal(createAuth(unknown, own).can("order:read", { owner: unknown.sub }), true);
  assert.equal(createAuth(unknown, own).can("order:read:own", { owner: "42" }), false);
});

test("with `all`, a thing of any owner will do, and a thing without one", () => {
  for (const owner of ["42", "43", "", null, undefined]) {
    assert.equal(createAuth(userClaims({ uid: "42" }), all).can("order:read", { owner }), true);
  }
});

test("a thing without an owner belongs to no caller, by every form of the question", () => {
  const auth = createAuth(userClaims({ uid: "42" }), own);
  for (const thing of [{}, { owner: undefined }, { owner: null }, { owner: "" }]) {
    assert.equal(auth.can("order:read:own", thing), false);
    assert.equal(auth.can("order:read", thing), false);
    assert.equal(auth.owns(thing.owner), false);
  }
});

test("an owner that is no text is a mistake, not a silent no", () => {
  const auth = createAuth(userClaims({ uid: "42" }), own);
  for (const owner of [42, {}, ["42"], true]) {
    assert.throws(() => auth.owns(owner as unknown as string), { name: "TypeError", message: /an owner is text/ });
  }
});

test("a list filter says everything, one owner, or refuses; it is never silent", () => {
  assert.deepEqual(createAuth(userClaims({ uid: "42" }), all).ownerFilter("order:read"), { reach: "all" });
  assert.deepEqual(createAuth(userClaims({ uid: "42" }), own).ownerFilter("order:read"), { reach: "own", owner: "42" });
  const nameless = userClaims();
  assert.deepEqual(createAuth(nameless, own).ownerFilter("order:read"), { reach: "own", owner: nameless.sub });
  assert.throws(() => createAuth(userClaims(), own).ownerFilter("invoice:read"), {
    name: "HufuError",
    reason: "permission_denied",
    scope: "invoice:read",
  });
});

test("reach() answers for resource and action, and ignores the reach that the text names", () => {
  const auth = createAuth(userClaims(), ["order:read:own", "invoice:read"]);
  for (const text of ["order:read", "order:read:own", "order:read:all"]) assert.equal(auth.reach(text), "own");
  assert.equal(auth.reach("invoice:read"), "all");
  assert.equal(auth.reach("stock:read"), undefined);
});

test("a back end is told apart from users and owns nothing, not even by its own name", () => {
  const auth = createAuth(clientClaims(), ["order:read:own", "stock:read"]);
  assert.equal(auth.kind, "client");
  assert.equal(auth.sub, "client:orders-api");
  for (const value of [auth.uid, auth.sid, auth.openid, auth.ver]) assert.equal(value, undefined);
  assert.deepEqual(auth.claims, {});
  assert.equal(auth.can("stock:read"), true);
  for (const owner of ["client:orders-api", "orders-api", "", undefined, null]) {
    assert.equal(auth.owns(owner), false);
    assert.equal(auth.can("order:read", { owner }), false);
  }
  assert.throws(() => auth.ownerFilter("order:read"), { reason: "permission_denied" });
  assert.deepEqual(auth.ownerFilter("stock:read"), { reach: "all" });
});

test("a text that is no permission is a mistake", () => {
  const auth = createAuth(userClaims(), all);
  const refusal = { name: "TypeError", message: /"order" is not a permission/ };
  assert.throws(() => auth.can("order"), refusal);
  assert.throws(() => auth.can("order", { owner: "42" }), refusal);
  assert.throws(() => auth.reach("order"), refusal);
  assert.throws(() => auth.ownerFilter("order"), refusal);
});

test("nothing that a handler holds can be changed, to any depth, and the token's own claims are left alone", () => {
  const claims = userClaims({ claims: { shop: { ids: [1, 2] }, ["__proto__"]: { admin: true } } });
  const auth = createAuth(claims, [...own]);
  assert.ok(Object.isFrozen(auth) && Object.isFrozen(auth.roles) && Object.isFrozen(auth.permissions));
  const shop = auth.claims["shop"] as { ids: number[] };
  assert.ok(Object.isFrozen(auth.claims) && Object.isFrozen(shop) && Object.isFrozen(shop.ids));
  assert.throws(() => shop.ids.push(3), TypeError);
  assert.equal(Object.isFrozen(claims.claims), false);
  assert.equal("admin" in auth.claims, false);
});

test("claims that spell __proto__ stay ordinary members", () => {
  const host = JSON.parse('{"__proto__":{"admin":true}}');
  const auth = createAuth(userClaims({ claims: host }), own);
  assert.equal("admin" in auth.claims, false);
  assert.ok(Object.hasOwn(auth.claims, "__proto__"));
});
