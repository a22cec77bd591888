// Refusals that asking again does not cure are remembered: the platform limits wx.login, and a loop cures nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../../client/src/index.ts";
import { failureOf, ORIGIN, openShop, refuseTokens, type Shop } from "./shop.fixture.ts";

/** Pages that each make five calls at once; what all of them came to. */
async function openPages(client: Client, pages: number): Promise<readonly string[]> {
  const outcomes: string[] = [];
  for (let page = 0; page < pages; page += 1) {
    outcomes.push(
      ...(await Promise.all([1, 2, 3, 4, 5].map((call) => failureOf(client.get(`/page/${page}/${call}`))))),
    );
  }
  return outcomes;
}

for (const [status, error, reason, kind, logins] of [
  [400, "invalid_grant", "login_code_invalid", "bug", 2],
  [400, "invalid_grant", "login_code_used", "bug", 2],
  [403, "access_denied", "sign_in_denied", "forbidden", 1],
  [403, "access_denied", "too_many_sessions", "forbidden", 1],
  [403, "access_denied", "account_banned", "banned", 1],
  [403, "access_denied", "platform_blocked", "banned", 1],
  [401, "invalid_client", "client_unknown", "bug", 1],
  [400, "invalid_request", "parameter_invalid", "bug", 1],
  [502, "server_error", "platform_misconfigured", "bug", 1],
] as const) {
  test(`${reason} at sign-in: twenty pages of five calls make ${logins} wx.login`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    shop.intercept = refuseTokens(status, error, reason);
    const outcomes = await openPages(client, 20);
    assert.deepEqual(new Set(outcomes), new Set([`${kind} ${reason}`]));
    assert.equal(phone.counters().logins, logins);
    shop.intercept = undefined;
    assert.equal((await client.login()).signedIn, true, "the user may try again at once");
    assert.equal((await client.get("/orders")).statusCode, 200);
  });
}

test("a remembered refusal is forgotten after a while, and remembered longer each time", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  shop.intercept = refuseTokens(403, "access_denied", "sign_in_denied");
  const logins: number[] = [];
  for (const seconds of [0, 31, 31, 31, 61]) {
    phone.clock.jump(seconds * 1000);
    await openPages(client, 2);
    logins.push(phone.counters().logins);
  }
  assert.deepEqual(logins, [1, 2, 2, 3, 3]);
  shop.intercept = undefined;
  phone.clock.jump(150_000);
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("a sign-in that the user asked for and that fails leaves the session usable", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  shop.intercept = refuseTokens(403, "access_denied", "sign_in_denied", { times: 1 });
  assert.equal(await failureOf(client.login()), "forbidden sign_in_denied");
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("wx.login that the platform limits is not called again at every call", async (t) => {
  const shop = await openShop(t, { speed: 20 });
  const phone = shop.phone();
  let logins = 0;
  const { login } = phone.wx;
  phone.failLogins({ errMsg: "login:fail api freq out of limit", errno: 45_009 }, 1000);
  Reflect.set(phone.wx, "login", (options: object) => {
    logins += 1;
    return login(options);
  });
  const client = shop.client(phone);
  const outcomes = await openPages(client, 5);
  assert.deepEqual(new Set(outcomes), new Set(["busy login_too_often"]));
  assert.ok(logins <= 6, `${logins} calls of wx.login`);
});

/** A guard that refuses every token, whatever it is. */
function refuseAlways(shop: Shop, reason: string, path = "/"): () => number {
  let refused = 0;
  shop.intercept = (request, response) => {
    if (request.url?.startsWith("/auth/") === true || request.url?.startsWith(path) !== true) return false;
    refused += 1;
    response.writeHead(401, { "content-type": "application/json", "hufu-reason": reason });
    response.end(JSON.stringify({ error: "invalid_token", reason, request_id: "r" }));
    return true;
  };
  return () => refused;
}

for (const reason of ["token_expired", "token_stale", "token_signature", "token_revoked"]) {
  test(`a guard that always answers ${reason}: a bug after a few refreshes that cured nothing`, async (t) => {
    const shop = await openShop(t);
    const client = shop.client(shop.phone());
    await client.get("/orders");
    const tokenCalls = shop.tokenCalls.length;
    refuseAlways(shop, reason);
    const outcomes: string[] = [];
    for (let call = 0; call < 20; call += 1) outcomes.push(await failureOf(client.get(`/orders/${call}`)));
    assert.deepEqual(outcomes.slice(2), Array(18).fill(`bug ${reason}`));
    assert.equal(shop.tokenCalls.length - tokenCalls, 3);
    const failure = await client.get("/orders").catch(String);
    assert.match(String(failure), /fresh tokens are refused .*api\.example\.com.*clock, issuer or audience/);
  });
}

test("a guard that recovers is noticed, and one that refuses one server leaves the others alone", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone, { origins: ["https://files.example.com"] });
  await client.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  refuseAlways(shop, "token_expired", "/bad");
  for (let call = 0; call < 5; call += 1) await failureOf(client.get("https://files.example.com/bad"));
  for (let round = 0; round < 5; round += 1) {
    await shop.hufu.stale(user);
    assert.equal((await client.get(`${ORIGIN}/orders`)).statusCode, 200);
  }
  shop.intercept = undefined;
  phone.clock.jump(31_000);
  await shop.hufu.stale(user);
  assert.equal((await client.get("https://files.example.com/orders")).statusCode, 200);
});

test("roles that change often are no reason for a brake", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  for (let round = 0; round < 10; round += 1) {
    await shop.hufu.stale(user);
    assert.equal((await client.get("/orders")).statusCode, 200);
  }
});
