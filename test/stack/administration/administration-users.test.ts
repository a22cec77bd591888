import assert from "node:assert/strict";
import { test } from "node:test";
import { countRows } from "../stack.fixture.ts";
import { openAdministered, type Said, seen } from "./administrators.fixture.ts";

const NOBODY = "u_AAAAAAAAAAAAAAAAAAAAAA";

function reasonOf({ status, json }: Said): string {
  return `${status} ${String(json["reason"])}`;
}

function itemsOf({ json }: Said): readonly Readonly<Record<string, unknown>>[] {
  return json["items"] as readonly Readonly<Record<string, unknown>>[];
}

test("a user is found, shown masked to support and whole to those who may see it, which is audited", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const openid = alice.claims.openid ?? "";
  const support = await administrator("sue", ["support"]);
  const root = await administrator("rita", ["root"]);

  const masked = await support("/users/search", { method: "POST", body: { openid } });
  assert.equal(masked.status, 200);
  assert.equal(masked.headers.get("cache-control"), "no-store");
  assert.equal(masked.json["next"], null);
  const [user] = itemsOf(masked);
  assert.equal(user?.["id"], alice.userId);
  assert.equal(user?.["status"], "active");
  assert.deepEqual(user?.["roles"], ["member"]);
  assert.equal(masked.text.includes(openid), false);
  assert.equal(
    stack.dump()["hufu_audit"]?.some(({ action }) => action === "personal.read"),
    false,
  );

  const whole = await root(`/users/${alice.userId}`);
  assert.ok(whole.text.includes(openid));
  const read = stack.dump()["hufu_audit"]?.filter(({ action }) => action === "personal.read") ?? [];
  assert.deepEqual(
    read.map(({ user_id, actor }) => [user_id, actor]),
    [[alice.userId, root.held.userId]],
  );
  for (const body of [{ sid: alice.sid }, { openid }]) {
    assert.equal(itemsOf(await support("/users/search", { method: "POST", body }))[0]?.["id"], alice.userId);
  }
  for (const body of [{ external_id: "none" }, { unionid: "none" }, { phone: "+8613800138000" }]) {
    assert.deepEqual(itemsOf(await support("/users/search", { method: "POST", body })), []);
  }
});

test("lists continue with a cursor, and what is no cursor, limit or status is refused", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  for (const name of ["a", "b", "c"]) await stack.signIn(name);
  const support = await administrator("sue", ["support"]);
  const first = await support("/users?limit=2");
  const second = await support(`/users?limit=2&cursor=${String(first.json["next"])}`);
  const ids = [...itemsOf(first), ...itemsOf(second)].map(({ id }) => id);
  assert.equal(new Set(ids).size, 4);
  assert.equal(second.json["next"], null);
  assert.deepEqual((await support("/users?status=banned")).json, { items: [], next: null });
  for (const query of [
    "limit=0",
    "limit=201",
    "limit=1e2",
    "cursor=abc",
    "cursor=AAAA",
    `cursor=${String(first.json["next"]).slice(0, -2)}`,
    `cursor=${Buffer.from("1.s_AAAAAAAAAAAAAAAAAAAAAA").toString("base64url")}`,
    "status=gone",
    "openid=o_1",
    "status=banned&x",
  ]) {
    assert.equal(reasonOf(await support(`/users?${query}`)), "400 parameter_invalid", query);
  }
  assert.equal(reasonOf(await support("/users?limit=1&limit=2")), "400 parameter_repeated");
});

test("roles are changed by those who have seen them: of two at once one hears 412, and no change is lost", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const path = `/users/${alice.userId}`;
  const root = await administrator("rita", ["root"]);
  const before = await root(path);
  const put = (roles: readonly string[], headers: Readonly<Record<string, string>>): Promise<Said> =>
    root(`${path}/roles`, { method: "PUT", body: { roles }, headers });

  assert.equal(reasonOf(await put(["support"], {})), "428 precondition_required");
  const both = await Promise.all([put(["support"], seen(before)), put(["keeper"], seen(before))]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412]);
  const won = both.find(({ status }) => status === 200)?.json["roles"];
  const after = await root(path);
  assert.deepEqual(after.json["roles"], won);
  assert.equal(reasonOf(await put(["member"], seen(before))), "412 precondition_failed");
  assert.equal((await put(["member"], seen(after))).status, 200);
  assert.equal((await put(["member", "support"], { "if-match": "*" })).status, 200);
  const many = await Promise.all(["keeper", "editor", "support"].map((role) => put([role], { "if-match": "*" })));
  assert.deepEqual(
    many.map(({ status }) => status),
    [200, 200, 200],
  );

  const now = await root(path);
  for (const tag of ['W/"1"', "1", '""', '"x"', `W/${now.headers.get("etag")}`]) {
    assert.equal(reasonOf(await put(["member"], { "if-match": tag })), "412 precondition_failed", tag);
  }
  assert.equal((await put(["member"], { "if-match": `"x", ${now.headers.get("etag")}` })).status, 200);
  const same = await root(path, { headers: { "if-none-match": (await root(path)).headers.get("etag") ?? "" } });
  assert.deepEqual([same.status, same.text], [304, ""]);
});

test("what cannot be said is refused by its reason, and nothing is changed", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const root = await administrator("rita", ["root"]);
  const any = { "if-match": "*" };
  const before = countRows(stack);
  const users = JSON.stringify(stack.dump()["hufu_users"]);
  const put = (what: string, body: unknown, headers = {}): Promise<Said> =>
    root(`/users/${alice.userId}/${what}`, { method: "PUT", body, headers: { ...any, ...headers } });
  const search = (body: unknown, headers = {}): Promise<Said> =>
    root("/users/search", { method: "POST", body, headers });

  const refused: readonly (readonly [Promise<Said>, string])[] = [
    [put("roles", { roles: ["nobody-made-it"] }), "400 parameter_invalid"],
    [put("roles", { roles: "member" }), "400 parameter_invalid"],
    [put("roles", { roles: [7] }), "400 parameter_invalid"],
    [put("roles", { roles: ["a b"] }), "400 parameter_invalid"],
    [put("roles", { roles: Array.from({ length: 33 }, (_, n) => `r${n}`) }), "400 parameter_invalid"],
    [put("roles", {}), "400 parameter_missing"],
    [put("roles", { roles: ["member"], ver: 1 }), "400 parameter_invalid"],
    [put("roles", '{"roles":["member"],"roles":["root"]}'), "400 parameter_invalid"],
    [put("roles", "["), "400 parameter_invalid"],
    [put("roles", "[]"), "400 parameter_invalid"],
    [put("roles", "null"), "400 parameter_invalid"],
    [put("roles", { roles: ["member"] }, { "content-type": "text/plain" }), "400 content_type_unsupported"],
    [put("roles", `{"roles":["${"x".repeat(70_000)}"]}`), "400 body_too_large"],
    [put("ban", {}), "400 parameter_missing"],
    [put("ban", { reason: " " }), "400 parameter_invalid"],
    [put("ban", { reason: 5 }), "400 parameter_invalid"],
    [put("ban", { reason: "spam", until: 1 }), "400 parameter_invalid"],
    [put("ban", { reason: "spam", until: "2031-01-01" }), "400 parameter_invalid"],
    [put("ban", { reason: "spam", until: null }), "400 parameter_invalid"],
    [put("ban", { reason: "spam", until: 1.9e12 }), "400 parameter_invalid"],
    [put("ban", { reason: "spam", untill: 1_900_000_000 }), "400 parameter_invalid"],
    [search({}), "400 parameter_missing"],
    [search({ openid: "a", sid: alice.sid }), "400 parameter_invalid"],
    [search({ openid: 7 }), "400 parameter_invalid"],
    [search({ sid: "42" }), "400 parameter_invalid"],
    [search({ phone: "13800138000" }), "400 parameter_invalid"],
    [search({ request_id: "a b" }), "400 parameter_invalid"],
    [search({ status: "active" }), "400 parameter_invalid"],
    [search('{"openid":"\\ud83d"}'), "400 parameter_invalid"],
    [root(`/users/${NOBODY}`), "404 not_found"],
    [root("/users/42"), "404 not_found"],
    [root(`/users/${NOBODY}/roles`, { method: "PUT", body: { roles: [] }, headers: any }), "404 not_found"],
    [root(`/users/${NOBODY}/ban`, { method: "PUT", body: { reason: "spam" } }), "404 not_found"],
    [root(`/users/${NOBODY}/ban`, { method: "DELETE" }), "404 not_found"],
    [root(`/users/${NOBODY}/stale`, { method: "POST" }), "404 not_found"],
    [root(`/users/${NOBODY}`, { method: "DELETE" }), "404 not_found"],
    [root(`/users/${NOBODY}/sessions`), "404 not_found"],
    [root(`/users/${NOBODY}/sessions`, { method: "DELETE" }), "404 not_found"],
    [root("/sessions/s_AAAAAAAAAAAAAAAAAAAAAA", { method: "DELETE" }), "404 not_found"],
    [root("/sessions/42", { method: "DELETE" }), "404 not_found"],
  ];
  for (const [asked, expected] of refused) assert.equal(reasonOf(await asked), expected);
  assert.equal((await root(`/users/${alice.userId}`, { method: "PATCH", body: {} })).status, 405);
  assert.equal(JSON.stringify(stack.dump()["hufu_users"]), users);
  const { hufu_refusals: _, ...rest } = countRows(stack);
  const { hufu_refusals: __, ...earlier } = before;
  assert.deepEqual(rest, earlier);
});

test("a ban and a closing are asked for twice and answered alike", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const path = `/users/${alice.userId}`;
  const root = await administrator("rita", ["root"]);
  const until = Math.floor(stack.clock.now() / 1000) + 3600;
  for (const reason of ["spam", "more spam"]) {
    const banned = await root(`${path}/ban`, { method: "PUT", body: { reason, until } });
    assert.equal(banned.status, 200, banned.text);
    assert.equal(banned.json["status"], "banned");
    const since = Math.floor(stack.clock.now() / 1000);
    assert.deepEqual(banned.json["ban"], { reason, since, until });
  }
  assert.deepEqual(
    itemsOf(await root("/users?status=banned")).map(({ id }) => id),
    [alice.userId],
  );
  for (let n = 0; n < 2; n += 1) assert.equal((await root(`${path}/ban`, { method: "DELETE" })).status, 204);
  for (let n = 0; n < 2; n += 1) assert.equal((await root(path, { method: "DELETE" })).status, 204);
  const closed = await root(path);
  assert.deepEqual([closed.json["status"], closed.json["identities"]], ["closed", []]);
  assert.equal(reasonOf(await root(`${path}/ban`, { method: "PUT", body: { reason: "late" } })), "404 not_found");
});
