import assert from "node:assert/strict";
import { test } from "node:test";
import { openAdministered, type Said } from "./administration/administrators.fixture.ts";
import { rowsOf } from "./stack.fixture.ts";

type Json = Readonly<Record<string, unknown>>;

function partOf(said: Said, name: string): Json {
  const part = said.json[name];
  assert.ok(typeof part === "object" && part !== null, `${name}: ${said.text}`);
  return { ...part };
}

test("one call says why somebody was signed out, from the request_id that the refusal named", async (t) => {
  const { stack, administrator, renew } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const support = await administrator("sue", ["support"]);
  await stack.hufu.sessions.kick(alice.sid, { by: "u_boss", reason: "lost phone" });
  const kickedAt = Math.floor(stack.clock.now() / 1000);
  stack.clock.pass(5000);
  const refused = await renew(alice.refresh);
  const requestId = String(refused.json["request_id"]);
  assert.equal(refused.json["reason"], "session_kicked");

  const why = await support("/users/search", { method: "POST", body: { request_id: requestId } });
  const refusal = partOf(why, "refusal");
  assert.match(String(refusal["node"]), /:\d+$/);
  assert.deepEqual(
    { ...refusal, node: "" },
    {
      request_id: requestId,
      at: Math.floor(stack.clock.now() / 1000),
      node: "",
      endpoint: "/oauth/token",
      status: 400,
      reason: "session_kicked",
      why: null,
      sid: alice.sid,
    },
  );
  const session = partOf(why, "session");
  assert.deepEqual(session["ended"], { why: "kicked", rule: "administrator", by: "u_boss", at: kickedAt });
  assert.deepEqual(
    (why.json["items"] as readonly Json[]).map(({ id }) => id),
    [alice.userId],
  );
  assert.equal(why.json["notice"], null);

  const other = await stack.node();
  assert.equal((await other.administration.explainRequest(requestId)).refusal?.sid, alice.sid);
});

test("whose the request was is known of refused tokens, codes and banned users too, and never of forged ones", async (t) => {
  const { stack, send, renew } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const whose = async (said: Said): Promise<readonly unknown[]> => {
    const { refusal } = await stack.hufu.administration.explainRequest(String(said.json["request_id"]));
    return [refusal?.reason, refusal?.why, refusal?.userId ?? null, refusal?.sid ?? null];
  };
  const me = (token: string): Promise<Said> => send("/me", { headers: { authorization: `Bearer ${token}` } });
  const exchange = (code: string): Promise<Said> =>
    send("/oauth/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "urn:hufu:grant-type:login-code", client_id: "wx-bakery", code }),
    });

  assert.deepEqual(await whose(await exchange(alice.input.code)), ["login_code_used", null, null, alice.sid]);
  assert.deepEqual(await whose(await me(alice.access)), ["token_revoked", "reused", alice.userId, alice.sid]);
  assert.deepEqual(await whose(await renew(alice.refresh)), ["refresh_token_reused", null, null, alice.sid]);
  const [head, , signature] = alice.access.split(".");
  const forged = Buffer.from(JSON.stringify({ ...alice.claims, sub: "u_AAAAAAAAAAAAAAAAAAAAAA" })).toString(
    "base64url",
  );
  assert.deepEqual(await whose(await me(`${head}.${forged}.${signature}`)), ["token_signature", null, null, null]);
  assert.deepEqual(await whose(await renew("hr1.nothing")), ["refresh_token_invalid", null, null, null]);
  await stack.hufu.users.ban(alice.userId, { reason: "fraud" });
  const banned = await exchange(stack.wechat.issueCode({ appId: "wx-bakery", user: "alice" }));
  assert.deepEqual(await whose(banned), ["account_banned", null, alice.userId, null]);
});

test("a request that was not refused is said to be unknown, with what that means", async (t) => {
  const { administrator } = await openAdministered(t);
  const support = await administrator("sue", ["support"]);
  const none = await support("/users/search", { method: "POST", body: { request_id: "AAAAAAAAAAAAAAAA" } });
  assert.deepEqual(
    [none.status, none.json["items"], none.json["refusal"], none.json["session"]],
    [200, [], null, null],
  );
  assert.match(String(none.json["notice"]), /kept for 7 days.*guard of a back end leaves none here/);
});

test("a flood of forged tokens leaves few rows, is counted, and hides no user's refusal", async (t) => {
  const { stack, administrator, renew } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  const root = await administrator("rita", ["root"]);
  await stack.hufu.sessions.kick(alice.sid);
  for (let n = 0; n < 60; n += 1) await renew(`hr1.forged${n}`);
  const refused = await renew(alice.refresh);
  await stack.pass(1000);
  const rows = rowsOf(stack, "hufu_refusals") ?? [];
  assert.equal(rows.filter(({ sid }) => sid === null).length, 20);
  assert.ok(rows.some(({ request_id }) => request_id === refused.json["request_id"]));
  const stats = await root("/stats");
  assert.equal(partOf(stats, "node")["refusals_not_kept"], 40);
  assert.deepEqual(stats.json["users"], { total: 2, banned: 0, closed: 0 });

  await stack.pass(7 * 86_400_000 + 600_000);
  await stack.pass(600_000);
  assert.deepEqual(rowsOf(stack, "hufu_refusals"), []);
});

test("the audit log is listed by subject and action, page by page, its personal fields masked", async (t) => {
  const { stack, administrator } = await openAdministered(t);
  const alice = await stack.signIn("alice");
  await stack.signIn("alice", { caller: { by: "user", address: "203.0.113.7" } });
  const root = await administrator("rita", ["root"]);
  await stack.hufu.roles.set("auditor", ["hufu.audit:read"]);
  const auditor = await administrator("ann", ["auditor"]);
  const first = await auditor(`/audit?subject=${alice.userId}&limit=1`);
  const rest = await auditor(`/audit?subject=${alice.userId}&cursor=${String(first.json["next"])}`);
  const items = [first, rest].flatMap(({ json }) => json["items"] as readonly Json[]);
  assert.deepEqual(
    items.map(({ action, subject }) => [action, subject]),
    [
      ["session.start", alice.userId],
      ["session.start", alice.userId],
    ],
  );
  assert.deepEqual(items[0]?.["personal"], { address: "****" });
  const whole = await root(`/audit?subject=${alice.userId}&action=session.start`);
  assert.ok(whole.text.includes("203.0.113.7"));
  const read = await auditor("/audit?action=personal.read");
  assert.deepEqual(
    (read.json["items"] as readonly Json[]).map(({ actor, subject }) => [actor, subject]),
    [[root.held.userId, alice.userId]],
  );
  for (const query of ["subject=42", "action=%00", "actor=x", "cursor=MS54", "limit=999"]) {
    const said = await auditor(`/audit?${query}`);
    assert.deepEqual([said.status, said.json["reason"]], [400, "parameter_invalid"], query);
  }
});
