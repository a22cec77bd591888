// docs/protocol.md §3.5, "what the client does", row by row, against a server whose token endpoint is told what to say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { judgeTokenAnswer } from "../../client/src/token-endpoint/token-verdict.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, openShop, refuseTokens, storedText } from "./shop.fixture.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/protocol.md"), "utf8");

/** Every reason of §3.5 with its status and error, as the page has them. */
const ROWS = PAGE.slice(PAGE.indexOf("### 3.5 Errors"), PAGE.indexOf("An outage is never"))
  .split("\n")
  .flatMap((line) => {
    const [, left = "", reasons = ""] = line.split("|").map((cell) => cell.trim());
    const status = Number(/^\d{3}/.exec(left)?.[0]);
    if (!(status > 0)) return [];
    const error = /`(\w+)`/.exec(left)?.[1] ?? "";
    return [...reasons.matchAll(/`([a-z_]+)`/g)]
      .map(([, reason = ""]) => reason)
      .filter((reason) => reason !== "banned_until")
      .map((reason) => ({ status, error, reason }));
  });

const DOES: Readonly<Record<string, string>> = {
  login_code_invalid: "new-code",
  login_code_used: "new-code",
  refresh_token_superseded: "superseded",
  refresh_token_invalid: "sign-in",
  refresh_token_reused: "sign-in",
  session_expired: "sign-in",
  session_kicked: "stay-out",
  session_replaced: "stay-out",
  session_logged_out: "stay-out",
  account_closed: "stay-out",
  account_banned: "fail banned",
  platform_blocked: "fail banned",
  sign_in_denied: "fail forbidden",
  too_many_sessions: "fail forbidden",
  rate_limited: "repeat busy",
  platform_rate_limited: "repeat busy",
  platform_misconfigured: "fail bug",
  platform_unavailable: "repeat busy",
  store_unavailable: "repeat busy",
  host_unavailable: "repeat busy",
  sign_in_in_progress: "repeat busy",
};

test("every reason of the protocol has its verdict; those of requests, clients and proofs are bugs", () => {
  assert.ok(ROWS.length >= 30, `${ROWS.length} reasons were found`);
  for (const { status, error, reason } of ROWS) {
    const verdict = judgeTokenAnswer({ statusCode: status, header: {}, data: { error, reason, request_id: "r" } });
    const found =
      "error" in verdict && verdict.does !== "new-code" ? `${verdict.does} ${verdict.error.kind}` : verdict.does;
    assert.equal(found, DOES[reason] ?? "fail bug", reason);
  }
  for (const reason of Object.keys(DOES))
    assert.ok(
      ROWS.some((row) => row.reason === reason),
      reason,
    );
});

test("a refused login code is replaced once", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  shop.intercept = refuseTokens(400, "invalid_grant", "login_code_used", { times: 1 });
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 2);
  const other = shop.phone();
  shop.intercept = refuseTokens(400, "invalid_grant", "login_code_invalid");
  assert.equal(await failureOf(shop.client(other).get("/orders")), "bug login_code_invalid");
  assert.equal(other.counters().logins, 2);
});

test("superseded: the client reads storage and asks once more; the second time with the same token it signs in", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  shop.intercept = refuseTokens(400, "invalid_grant", "refresh_token_superseded", { times: 1 });
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  let refused = 0;
  const superseded = refuseTokens(400, "invalid_grant", "refresh_token_superseded");
  shop.intercept = (request, response) => {
    if (refused === 2 || request.url !== "/auth/oauth/token") return false;
    refused += 1;
    return superseded(request, response);
  };
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.deepEqual([phone.counters().logins, refused], [2, 2]);
});

for (const reason of ["refresh_token_invalid", "refresh_token_reused", "session_expired"]) {
  test(`${reason}: the client signs in silently, once`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    const heard: unknown[] = [];
    client.on("ended", (event) => heard.push(event));
    await client.get("/orders");
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    shop.intercept = refuseTokens(400, "invalid_grant", reason, { times: 1 });
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.deepEqual([phone.counters().logins, heard], [2, []]);
  });
}

for (const reason of ["session_kicked", "session_replaced", "session_logged_out", "account_closed"]) {
  test(`${reason}: the client drops the tokens, and only login() signs in, also after a restart`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    const heard: unknown[] = [];
    client.on("ended", ({ why }) => heard.push(why));
    await client.get("/orders");
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    shop.intercept = refuseTokens(400, "invalid_grant", reason, { times: 1 });
    assert.equal(await failureOf(client.get("/orders")), `signed-out ${reason}`);
    assert.deepEqual(heard, [reason]);
    assert.doesNotMatch(storedText(phone), /hr1\.|eyJ/);
    const calls = shop.tokenCalls.length;
    phone.restart();
    const again = shop.client(phone);
    assert.equal(await failureOf(again.get("/orders")), `signed-out ${reason}`);
    assert.deepEqual(
      [(await again.session()).ended, shop.tokenCalls.length, phone.counters().logins],
      [reason, calls, 1],
    );
    assert.equal((await again.login()).signedIn, true);
    assert.equal((await again.get("/orders")).statusCode, 200);
  });
}

test("two devices under a limit of one replace each other once, without a loop", async (t) => {
  const shop = await openShop(t, { sessions: { perDeviceType: { phone: 1 } } });
  const phones = [shop.phone({ user: "alice" }), shop.phone({ user: "alice" })] as const;
  const [first, second] = [shop.client(phones[0]), shop.client(phones[1])];
  await first.get("/orders");
  await second.get("/orders");
  for (let time = 0; time < 3; time += 1) {
    assert.equal(await failureOf(first.get("/orders")), "signed-out session_replaced");
    assert.equal((await second.get("/orders")).statusCode, 200);
  }
  assert.equal(phones[0].counters().logins + phones[1].counters().logins, 2);
});

test("a ban is reported with its end, and the server is asked again only by login()", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  const until = new Date(Date.now() + 3_600_000);
  await shop.hufu.users.ban(user, { reason: "spam", until });
  const failure = await client.get("/orders").catch((error: { kind: string; bannedUntil: number }) => error);
  assert.deepEqual(
    [Reflect.get(failure, "kind"), Reflect.get(failure, "bannedUntil")],
    ["banned", Math.floor(until.getTime() / 1000)],
  );
  const calls = shop.tokenCalls.length;
  await shop.hufu.users.unban(user);
  assert.equal(await failureOf(client.login().then(() => client.get("/orders"))), "no failure");
  assert.ok(shop.tokenCalls.length > calls);
});

test("further calls of a banned user send no token request", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  shop.intercept = refuseTokens(403, "access_denied", "account_banned");
  for (let time = 0; time < 5; time += 1) assert.equal(await failureOf(client.get("/orders")), "banned account_banned");
  assert.equal(shop.tokenCalls.length, 1);
});

for (const [status, error, reason] of [
  [503, "temporarily_unavailable", "store_unavailable"],
  [503, "temporarily_unavailable", "platform_unavailable"],
  [503, "temporarily_unavailable", "sign_in_in_progress"],
  [429, "slow_down", "platform_rate_limited"],
] as const) {
  test(`${reason}: the client keeps its tokens, waits, and repeats the same attempt`, async (t) => {
    const shop = await openShop(t, { speed: 20 });
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    const before = storedText(phone);
    shop.intercept = refuseTokens(status, error, reason, { times: 2, headers: { "retry-after": "1" } });
    assert.equal((await client.get("/orders")).statusCode, 200);
    const attempts = shop.tokenCalls.slice(1).map((call) => [call.get("attempt_id"), call.get("refresh_token")]);
    assert.equal(attempts.length, 3);
    assert.deepEqual(attempts[1], attempts[0]);
    assert.deepEqual(attempts[2], attempts[0]);
    assert.ok(before.includes(attempts[0]?.[1] ?? "none"));
    assert.equal(phone.counters().logins, 1);
  });
}

test("an outage longer than the call is reported as busy, and afterwards the session works", async (t) => {
  const shop = await openShop(t, { speed: 10 });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  shop.intercept = refuseTokens(503, "temporarily_unavailable", "store_unavailable");
  assert.equal(await failureOf(client.get("/orders")), "busy store_unavailable");
  shop.intercept = undefined;
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("a configuration error is a bug that keeps the tokens", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  const before = storedText(phone);
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  shop.intercept = refuseTokens(401, "invalid_client", "client_unknown", { times: 1 });
  assert.equal(await failureOf(client.get("/orders")), "bug client_unknown");
  const token = /"refresh":"([^"]+)"/.exec(before)?.[1] ?? "none";
  assert.ok(storedText(phone).includes(token));
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("a sign-out reaches the server now, or when it can be reached", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  await client.logout();
  assert.deepEqual(await shop.hufu.sessions.list(user), []);
  assert.equal(await failureOf(client.get("/orders")), "signed-out session_logged_out");

  await client.login();
  phone.setNetwork("off");
  await client.logout();
  assert.equal((await shop.hufu.sessions.list(user)).length, 1, "it could not be told");
  phone.setNetwork("perfect");
  phone.restart();
  assert.equal((await shop.client(phone).session()).ended, "session_logged_out");
  await until(async () => (await shop.hufu.sessions.list(user)).length === 0);
});
