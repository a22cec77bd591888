import assert from "node:assert/strict";
import { test } from "node:test";
import { type Asked, openAdministered } from "./administrators.fixture.ts";

test("a change that says more than it can is refused, and changes nothing", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const root = await administrator("rita", ["root"]);
  const { userId, sid, access } = await stack.signIn("alice");
  const anyVersion = { "if-match": "*" };
  const changes: readonly (readonly [path: string, asked: Asked])[] = [
    [`/users/${userId}/sessions?app=wx-cinema`, { method: "DELETE" }],
    [`/users/${userId}/sessions`, { method: "DELETE", body: { sid } }],
    [`/users/${userId}?dry_run=1`, { method: "DELETE" }],
    [`/users/${userId}/ban?until=1`, { method: "PUT", body: { reason: "fraud" } }],
    [`/users/${userId}/roles?add=1`, { method: "PUT", body: { roles: [] }, headers: anyVersion }],
    [`/users/${userId}/stale`, { method: "POST", body: { at: 1 } }],
    [`/sessions/${sid}?why=x`, { method: "DELETE" }],
    ["/keys/rotate", { method: "POST", body: { in: "7d" } }],
    ["/keys/rotate?in=7d", { method: "POST" }],
    ["/revoke?app=wx-bakery", { method: "POST", body: { all: true, reason: "leak" } }],
    ["/users/search?phone=1", { method: "POST", body: { sid } }],
  ];
  for (const [path, asked] of changes) {
    const { status, json } = await root(path, asked);
    assert.equal(`${status} ${String(json["reason"])}`, "400 parameter_invalid", `${asked.method} ${path}`);
  }
  assert.equal(((await root("/keys")).json["items"] as unknown[]).length, 1);
  assert.equal((await stack.hufu.verifier.check(`Bearer ${access}`)).kind, "user");
  for (const path of ["/stats?limit=1", `/users/${userId}?cursor=x`, `/roles?cursor=${"eA"}`]) {
    assert.equal((await root(path)).status, 400, path);
  }
  assert.equal((await root(`/users/${userId}/sessions`, { method: "DELETE", body: {} })).status, 204);
});
