import assert from "node:assert/strict";
import { test } from "node:test";
import { type Ask, openAdministered, type Said, seen } from "./administrators.fixture.ts";

const NOBODY = "u_AAAAAAAAAAAAAAAAAAAAAA";

function reasonOf({ status, json }: Said): string {
  return `${status} ${String(json["reason"])}`;
}

/** Every call, and the permission without which it is refused. */
const CALLS: readonly (readonly [method: string, path: string, permission: string])[] = [
  ["POST", "/users/search", "hufu.users:read"],
  ["GET", "/users", "hufu.users:read"],
  ["GET", `/users/${NOBODY}`, "hufu.users:read"],
  ["DELETE", `/users/${NOBODY}`, "hufu.users:write"],
  ["PUT", `/users/${NOBODY}/roles`, "hufu.users:write"],
  ["POST", `/users/${NOBODY}/stale`, "hufu.users:write"],
  ["PUT", `/users/${NOBODY}/ban`, "hufu.users:write"],
  ["DELETE", `/users/${NOBODY}/ban`, "hufu.users:write"],
  ["GET", `/users/${NOBODY}/sessions`, "hufu.sessions:read"],
  ["DELETE", `/users/${NOBODY}/sessions`, "hufu.sessions:write"],
  ["DELETE", "/sessions/s_AAAAAAAAAAAAAAAAAAAAAA", "hufu.sessions:write"],
  ["GET", "/roles", "hufu.roles:read"],
  ["PUT", "/roles/vip", "hufu.roles:write"],
  ["DELETE", "/roles/vip", "hufu.roles:write"],
  ["GET", "/keys", "hufu.keys:read"],
  ["POST", "/keys/rotate", "hufu.keys:write"],
  ["POST", "/keys/kid/revoke", "hufu.keys:write"],
  ["POST", "/revoke", "hufu.apps:write"],
  ["GET", "/audit", "hufu.audit:read"],
  ["GET", "/stats", "hufu.audit:read"],
];

test("each call needs its own permission, which no wildcard covers, and says which", async (t) => {
  const { administrator, send } = await openAdministered(t);
  const wildcard = await administrator("walt", ["everything"]);
  for (const [method, path, permission] of CALLS) {
    const body = method === "PUT" || method === "POST" ? {} : undefined;
    const asked = body === undefined ? { method } : { method, body };
    const refused = await wildcard(path, asked);
    assert.equal(reasonOf(refused), "403 permission_denied", `${method} ${path}`);
    assert.ok(refused.headers.get("www-authenticate")?.includes(`scope="${permission}"`), `${method} ${path}`);
    assert.equal(reasonOf(await send(`/admin${path}`, { method })), "401 token_missing");
  }
});

test("an administrator who signed out, was banned or lost the role stops at once, on every node", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const ways: readonly (readonly [
    string,
    (ask: Awaited<ReturnType<typeof administrator>>) => Promise<unknown>,
    string,
  ])[] = [
    ["signed out", ({ held }) => stack.hufu.sessions.kick(held.sid), "401 token_revoked"],
    ["banned", ({ held }) => stack.hufu.users.ban(held.userId, { reason: "left" }), "401 token_revoked"],
    ["other roles", ({ held }) => stack.hufu.users.setRoles(held.userId, ["member"]), "401 token_stale"],
    ["a poorer role", () => stack.hufu.roles.set("support", ["hufu.sessions:read"]), "403 permission_denied"],
  ];
  for (const [name, change, reason] of ways) {
    const ask = await administrator(name, ["support"]);
    assert.equal((await ask("/users")).status, 200, name);
    await change(ask);
    assert.equal(reasonOf(await ask("/users")), reason, name);
  }
});

test("what another node has changed counts at once, although this one has not read of it: a role, and a session's end", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const other = await stack.node();
  const ask = await administrator("sue", ["support"]);
  await other.roles.set("support", ["hufu.sessions:read"]);
  assert.equal(reasonOf(await ask("/users")), "403 permission_denied");
  const root = await administrator("rita", ["root"]);
  await other.sessions.kick(root.held.sid);
  assert.equal(reasonOf(await root("/users")), "401 token_revoked");
});

test("a back end's own token does what its registration says by now", async (t) => {
  const id = "office";
  const secret = "test only: the back office, 5b1e0c97d2a4";
  const clients = [{ id, secret, permissions: ["hufu.users:read", "hufu.users:write"] }];
  const { stack, send, as } = await openAdministered(t, { clients });
  const answer = await send("/oauth/token", {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials" }),
    headers: { authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString("base64")}` },
  });
  const ask = as(String(answer.json["access_token"]));
  const alice = await stack.signIn("alice");
  assert.equal((await ask("/users")).status, 200);
  assert.equal(reasonOf(await ask("/keys")), "403 permission_denied");
  const banned = await ask(`/users/${alice.userId}/ban`, { method: "PUT", body: { reason: "spam" } });
  assert.equal(banned.status, 200, banned.text);
  const record = stack.dump()["hufu_audit"]?.find(({ action }) => action === "user.ban");
  assert.equal(record?.["actor"], `client:${id}`);
});

test("an administrator gives only what he has: to himself, to others, by a role; others' own roles stay", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const keeper = await administrator("kim", ["keeper"]);
  const editor = await administrator("ed", ["editor", "keeper"]);
  const any = { "if-match": "*" };
  const give = (ask: Ask, id: string, roles: readonly string[]): Promise<Said> =>
    ask(`/users/${id}/roles`, { method: "PUT", body: { roles }, headers: any });
  const define = (ask: Ask, name: string, permissions: readonly string[]): Promise<Said> =>
    ask(`/roles/${name}`, { method: "PUT", body: { permissions }, headers: any });

  assert.equal(reasonOf(await give(keeper, keeper.held.userId, ["keeper", "root"])), "403 permission_denied");
  assert.equal(reasonOf(await give(keeper, alice.userId, ["editor"])), "403 permission_denied");
  assert.equal((await give(keeper, alice.userId, ["everything", "keeper"])).status, 200);
  assert.equal(
    reasonOf(await define(editor, "editor", ["hufu.roles:write", "hufu.keys:write"])),
    "403 permission_denied",
  );
  assert.equal(reasonOf(await define(editor, "vip", ["hufu.personal:read"])), "403 permission_denied");
  assert.equal((await define(editor, "vip", ["order:read:all", "hufu.users:read"])).status, 200);
  // What is there stays, also where the administrator does not have it.
  await stack.hufu.users.setRoles(alice.userId, ["root"]);
  assert.equal((await give(keeper, alice.userId, ["root", "member"])).status, 200);
  assert.equal((await give(keeper, alice.userId, ["member"])).status, 200);
  assert.equal(reasonOf(await give(keeper, alice.userId, ["root"])), "403 permission_denied");
});

test("roles are listed, set and removed by those who have seen them all", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const root = await administrator("rita", ["root"]);
  const list = await root("/roles");
  const names = (list.json["items"] as readonly { readonly name: string }[]).map(({ name }) => name);
  assert.deepEqual(names, ["editor", "everything", "keeper", "member", "root", "support"]);
  const paged = await root("/roles?limit=4");
  const rest = await root(`/roles?limit=4&cursor=${String(paged.json["next"])}`);
  assert.equal((rest.json["items"] as readonly unknown[]).length, 2);
  assert.equal(rest.json["next"], null);

  const put = (name: string, permissions: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Said> =>
    root(`/roles/${name}`, { method: "PUT", body: { permissions }, headers });
  assert.equal(reasonOf(await put("vip", ["order:read"])), "428 precondition_required");
  const made = await put("vip", ["order:read", "cake:eat", "order:read"], seen(list));
  assert.deepEqual([made.status, made.json], [200, { name: "vip", permissions: ["cake:eat", "order:read"] }]);
  assert.equal(reasonOf(await put("vip", [], seen(list))), "412 precondition_failed");
  const twice = await Promise.all([put("vip", [], seen(made)), put("clerk", ["order:read"], seen(made))]);
  assert.deepEqual(twice.map(({ status }) => status).sort(), [200, 412]);
  for (const wrong of ["order:read", [7], ["order"], ["hufu.user:read"], ["*"], null]) {
    assert.equal(
      reasonOf(await put("vip", wrong, { "if-match": "*" })),
      "400 parameter_invalid",
      JSON.stringify(wrong),
    );
  }
  const long = Array.from({ length: 400 }, (_, n) => `resource-with-a-long-name-${n}:action-with-a-long-name`);
  assert.equal(reasonOf(await put("vip", long, { "if-match": "*" })), "400 parameter_invalid");
  assert.equal(reasonOf(await put("a%20b", [], { "if-match": "*" })), "400 parameter_invalid");
  const drop = (name: string, headers: Readonly<Record<string, string>> = {}): Promise<Said> =>
    root(`/roles/${name}`, { method: "DELETE", headers });
  assert.equal(reasonOf(await drop("vip")), "428 precondition_required");
  assert.equal(reasonOf(await drop("vip", seen(list))), "412 precondition_failed");
  assert.equal((await drop("vip", seen(await root("/roles")))).status, 204);
  assert.equal(reasonOf(await drop("vip", { "if-match": "*" })), "404 not_found");
  assert.equal((await stack.hufu.roles.list()).roles.has("vip"), false);
});

test("what Hufu does not own is answered 409: roles of the file, and a user's roles where the host owns them", async (t) => {
  const any = { "if-match": "*" };
  for (const rolesFrom of ["config", "host"] as const) {
    const host = rolesFrom === "host" ? { resolveUser: () => ({ roles: ["root"] }) } : {};
    const { stack, administrator, as } = await openAdministered(t, { rolesFrom, ...host });
    const root = rolesFrom === "host" ? as((await stack.signIn("rita")).access) : await administrator("rita", ["root"]);
    const alice = await stack.signIn("alice");
    assert.equal(
      reasonOf(await root("/roles/vip", { method: "PUT", body: { permissions: [] }, headers: any })),
      "409 conflict",
    );
    assert.equal(reasonOf(await root("/roles/member", { method: "DELETE", headers: any })), "409 conflict");
    const given = await root(`/users/${alice.userId}/roles`, { method: "PUT", body: { roles: [] }, headers: any });
    assert.equal(given.status, rolesFrom === "host" ? 409 : 200, rolesFrom);
  }
});

test("with rolesFrom hufu a role of the file is made at the start where its name is missing, and none is overwritten", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const root = await administrator("rita", ["root"]);
  await root("/roles/member", { method: "PUT", body: { permissions: ["cake:eat"] }, headers: { "if-match": "*" } });
  await root("/roles/editor", { method: "DELETE", headers: { "if-match": "*" } });
  await stack.reopen();
  const { roles } = await stack.hufu.roles.list();
  assert.deepEqual(roles.get("member"), ["cake:eat"]);
  assert.deepEqual(roles.get("editor"), ["hufu.roles:read", "hufu.roles:write"]);
});

test("keys are listed, followed by another and taken out; everybody of an app signs in again", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const root = await administrator("rita", ["root"]);
  const alice = await stack.signIn("alice");
  const keys = async (): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await root("/keys")).json["items"] as readonly Readonly<Record<string, unknown>>[];
  const [first] = await keys();
  assert.equal(first?.["stage"], "signing");
  stack.clock.pass(1000);
  const made = await root("/keys/rotate", { method: "POST" });
  assert.equal((await keys())[0]?.["kid"], made.json["kid"]);
  for (let n = 0; n < 2; n += 1) {
    assert.equal((await root(`/keys/${String(made.json["kid"])}/revoke`, { method: "POST" })).status, 204);
  }
  assert.equal((await keys())[0]?.["stage"] === "revoked" || (await keys())[1]?.["stage"] === "revoked", true);
  assert.equal(reasonOf(await root("/keys/nobody/revoke", { method: "POST" })), "404 not_found");

  const revoke = (body: object): Promise<Said> => root("/revoke", { method: "POST", body });
  for (const [body, reason] of [
    [{ app: "wx-cinema" }, "400 parameter_missing"],
    [{ reason: "leak" }, "400 parameter_missing"],
    [{ app: "wx-cinema", all: true, reason: "leak" }, "400 parameter_invalid"],
    [{ all: false, reason: "leak" }, "400 parameter_invalid"],
    [{ all: "true", reason: "leak" }, "400 parameter_invalid"],
    [{ app: ["wx-cinema"], reason: "leak" }, "400 parameter_invalid"],
    [{ app: "wx-nobody", reason: "leak" }, "404 not_found"],
  ] as const) {
    assert.equal(reasonOf(await revoke(body)), reason, JSON.stringify(body));
  }
  assert.equal((await stack.hufu.verifier.check(`Bearer ${alice.access}`)) !== undefined, true);
  assert.equal((await revoke({ app: "wx-cinema", reason: "leak" })).status, 200);
  assert.equal((await root("/keys")).status, 200, "another app's users are let alone");
  const all = await revoke({ all: true, reason: "leak" });
  assert.equal(typeof all.json["pol"], "number");
  assert.equal(reasonOf(await root("/keys")), "401 token_revoked");
});
