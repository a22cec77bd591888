import assert from "node:assert/strict";
import test from "node:test";
import { createHttp } from "hufu/http";
import { Registry } from "prom-client";
import { createAdmit } from "../../server/src/adapters/guard.ts";
import { BAKERY, freshAttempt, ISSUER, openStack, settle } from "./stack.fixture.ts";
import { verdictOf } from "./verdict.ts";

/** The value of each line, by its metric with its labels. */
async function samplesOf(registry: Registry): Promise<(line: string) => number | undefined> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const samples = new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
  return (line) => samples.get(line);
}

test("each event of a day is counted once, under the name that the guide has for it", async (t) => {
  const metrics = new Registry();
  const stack = await openStack(t, {
    metrics,
    hooks: { onSignIn: () => Promise.reject(new Error("the hook fell over")) },
    sessions: { perDeviceType: { phone: 1 } },
    limits: { introspectionsPerMinute: 60 },
  });
  const phone = { deviceType: "phone" as const, deviceId: "the-first-phone" };
  const alice = await stack.signIn("alice", phone);
  await stack.signIn("alice", { ...phone, deviceId: "another-phone" });
  const bob = await stack.signIn("bob");
  const code = stack.wechat.issueCode({ appId: BAKERY, user: "carol" });
  await stack.signIn("carol", { code });
  await verdictOf(() => stack.signIn("carol", { code, attemptId: freshAttempt() }));

  const attempt = { attemptId: freshAttempt() };
  const child = await stack.refresh(bob.refresh, attempt);
  await stack.refresh(bob.refresh, attempt);
  const next = await stack.refresh(child.refresh);
  await stack.refresh(next.refresh);
  await verdictOf(() => stack.refresh(bob.refresh));
  await verdictOf(() => stack.refresh("hr1.nobody"));

  const dave = await stack.signIn("dave");
  const admit = createAdmit<object>(stack.hufu, { permission: "order:create" });
  const admin = createAdmit<object>(stack.hufu, { permission: "report:read:all" });
  await admit(`Bearer ${dave.access}`, "", {});
  await admit(`Bearer ${dave.access}`, "", {});
  await verdictOf(() => admin(`Bearer ${dave.access}`, "", {}));
  await verdictOf(() => admit(`Bearer ${alice.access}`, "", {}));
  await verdictOf(() => admit(`Bearer ${dave.access}x`, "", {}));
  await stack.hufu.users.ban(dave.userId, { reason: "fraud" });

  const http = createHttp(stack.hufu);
  const body = new URLSearchParams({ grant_type: "refresh_token", client_id: BAKERY, refresh_token: "hr1.nobody" });
  await http.fetch(new Request(`${ISSUER}/oauth/token`, { method: "POST", body }));
  await http.fetch(new Request(`${ISSUER}/readyz`));
  await http.fetch(new Request(`${ISSUER}/o-noe`));
  stack.wechat.fault({ path: "/sns/jscode2session", kind: "http-500", times: 6 });
  for (let times = 0; times < 6; times += 1) await verdictOf(() => stack.signIn("unlucky"));
  await stack.pass(11_000);
  await settle();

  const value = await samplesOf(metrics);
  const expected: readonly (readonly [string, number])[] = [
    ['hufu_sign_ins_total{outcome="new_user"}', 4],
    ['hufu_sign_ins_total{outcome="known_user"}', 1],
    ['hufu_sign_ins_total{outcome="login_code_used"}', 1],
    ['hufu_sign_ins_total{outcome="platform_unavailable"}', 6],
    ['hufu_refreshes_total{verdict="current"}', 2],
    ['hufu_refreshes_total{verdict="promoted"}', 2],
    ['hufu_refreshes_total{verdict="refresh_token_reused"}', 1],
    ['hufu_refreshes_total{verdict="refresh_token_invalid"}', 2],
    ['hufu_session_ends_total{why="replaced",rule="perDeviceType"}', 1],
    ['hufu_session_ends_total{why="reused",rule="login_code"}', 1],
    ['hufu_session_ends_total{why="reused",rule="refresh_token"}', 1],
    ['hufu_session_ends_total{why="banned",rule="ban"}', 1],
    ['hufu_refusals_total{endpoint="/oauth/token",reason="refresh_token_invalid"}', 1],
    ['hufu_refusals_total{endpoint="none",reason="not_found"}', 1],
    ['hufu_guard_refusals_total{reason="permission_denied"}', 1],
    ['hufu_guard_refusals_total{reason="token_revoked"}', 1],
    ['hufu_guard_refusals_total{reason="token_malformed"}', 1],
    ['hufu_verifier_checks_total{cache="hit"}', 4],
    ['hufu_verifier_checks_total{cache="miss"}', 1],
    ['hufu_http_request_duration_seconds_count{endpoint="/readyz",status="200"}', 1],
    ['hufu_http_request_duration_seconds_count{endpoint="none",status="404"}', 1],
    ['hufu_platform_call_duration_seconds_count{platform="wechat",call="jscode2session",outcome="ok"}', 5],
    ['hufu_platform_call_duration_seconds_count{platform="wechat",call="jscode2session",outcome="unreadable"}', 5],
    ["hufu_breakers_open", 1],
    ["hufu_deliveries_waiting", 5],
    ["hufu_clock_skew_seconds", 0],
    ["hufu_writes_failing", 0],
    ["hufu_feed_readers", 0],
    ['hufu_notices_total{kind="platform_unavailable"}', 0],
  ];
  assert.deepEqual(
    expected.map(([line]) => [line, value(line)]),
    expected,
  );
  assert.ok((value("hufu_outbox_lag_seconds_count") ?? 0) >= 4);
  assert.ok((value('hufu_store_duration_seconds_count{group="sessions",outcome="ok"}') ?? 0) > 10);
  assert.equal(value('hufu_pool_connections{state="in_use"}'), undefined);
});
