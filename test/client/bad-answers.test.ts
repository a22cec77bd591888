// Wrong answers of servers and proxies, and wrong clocks: a clear failure, no token lost, no endless loop.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { failureOf, openShop, storedText } from "./shop.fixture.ts";

const GOOD = '{"access_token":"eyJ.x.y","token_type":"Bearer","expires_in":600,"refresh_token":"hr1.x"}';

const ANSWERS: readonly (readonly [what: string, status: number, type: string, body: string])[] = [
  ["HTML with 200", 200, "text/html", "<!doctype html><title>Hotel</title>"],
  ["HTML with 502", 502, "text/html", "<h1>Bad gateway</h1>"],
  ["half an answer", 200, "application/json", GOOD.slice(0, 40)],
  ["200 with an error inside", 200, "application/json", '{"errcode":-1,"errmsg":"system error"}'],
  ["an answer without a life", 200, "application/json", GOOD.replace('"expires_in":600', '"expires_in":"600"')],
  ["an empty token", 200, "application/json", GOOD.replace("eyJ.x.y", "")],
  ["a token of another kind", 200, "application/json", GOOD.replace("Bearer", "DPoP")],
  ["nothing", 200, "application/json", ""],
  ["a list", 200, "application/json", "[]"],
  ["null", 200, "application/json", "null"],
];

for (const [what, status, type, body] of ANSWERS) {
  test(`the token endpoint answers ${what}: the client asks again and keeps its tokens`, async (t) => {
    const shop = await openShop(t, { speed: 20 });
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    const held = /"refresh":"([^"]+)"/.exec(storedText(phone))?.[1] ?? "none";
    let times = 0;
    shop.intercept = (request, response) => {
      if (request.url !== "/auth/oauth/token" || times >= 2) return false;
      times += 1;
      assert.ok(storedText(phone).includes(held));
      return answer(response, status, type, body);
    };
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.deepEqual([times, phone.counters().logins], [2, 1]);
    shop.intercept = (request, response) =>
      request.url === "/auth/oauth/token" ? answer(response, status, type, body) : false;
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    assert.match(await failureOf(client.get("/orders", undefined, { timeout: 5000 })), /^(offline|busy) /);
  });
}

test("a token answer with the wrong content type is accepted", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  shop.intercept = (request, response) => {
    if (request.url !== "/auth/oauth/token") return false;
    const { setHeader, writeHead } = response;
    response.writeHead = ((statusCode: number, headers: Record<string, string>) =>
      writeHead.call(response, statusCode, { ...headers, "content-type": "text/plain" })) as typeof writeHead;
    response.setHeader = setHeader;
    return false;
  };
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("a 401 without a Hufu reason belongs to the business and causes no refresh", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  for (const body of ["", "<p>no</p>", '{"error":"unauthorized"}', '{"reason":"token_expired"}', '{"code":401}']) {
    shop.intercept = (request, response) =>
      request.url === "/orders" ? answer(response, 401, "application/json", body) : false;
    assert.equal((await client.get("/orders")).statusCode, 401, body);
  }
  assert.equal(shop.tokenCalls.length, 1);
});

test("a guard that refuses every token causes one refresh per call", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  let asked = 0;
  shop.intercept = (request, response) => {
    if (request.url !== "/orders") return false;
    asked += 1;
    response.setHeader("hufu-reason", "token_expired");
    return answer(
      response,
      401,
      "application/json",
      '{"error":"invalid_token","reason":"token_expired","request_id":"r"}',
    );
  };
  assert.equal(await failureOf(client.get("/orders")), "signed-out token_expired");
  assert.deepEqual([asked, shop.tokenCalls.length], [2, 2]);
});

const DAY = 86_400_000;
for (const skew of [DAY, -DAY]) {
  test(`a clock that is ${skew > 0 ? "a day fast" : "a day slow"}: no repeated refreshes`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone({ clockSkew: skew });
    const client = shop.client(phone);
    for (let call = 0; call < 20; call += 1) await client.get("/orders");
    assert.equal(shop.tokenCalls.length, 1);
    phone.restart();
    const again = shop.client(phone);
    for (let call = 0; call < 20; call += 1) await again.get("/orders");
    assert.equal(shop.tokenCalls.length, 1, "what was learned of the clock is kept");
  });

  test(`a clock that jumps ${skew > 0 ? "forward" : "back"} by a day: at most one refresh each time`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    phone.clock.jump(skew);
    for (let call = 0; call < 20; call += 1) await client.get("/orders");
    phone.clock.jump(-skew);
    for (let call = 0; call < 20; call += 1) await client.get("/orders");
    assert.ok(shop.tokenCalls.length <= 3, `${shop.tokenCalls.length} token calls`);
    assert.equal(phone.counters().logins, 1);
  });
}

test("a token that has expired while the clock stood still is renewed by the 401", async (t) => {
  const shop = await openShop(t, { tokens: { access: "60s" } });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  shop.pass(61_000);
  phone.clock.jump(-DAY - 61_000);
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("a listener that throws does not break a sign-in", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  client.on("signedIn", () => {
    throw new Error("a bug of the app");
  });
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.throws(() => client.on("signedOut" as "ended", () => undefined), /there is no event "signedOut"/);
});

function answer(response: ServerResponse, status: number, type: string, body: string): true {
  response.writeHead(status, { "content-type": type });
  response.end(body);
  return true;
}
