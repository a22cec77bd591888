// A platform that never calls back, calls back late or twice, or ignores timeouts and aborts: every wait ends by the
// client's own clock, and a slot comes back once.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WxCall } from "@hufu/simulator";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, openShop } from "./shop.fixture.ts";

const SPEED = 50;

test("wx.login that never calls back once delays the call, and the next call signs in", async (t) => {
  // Not faster: a busy machine's pauses would use up the time that is left.
  const shop = await openShop(t, { speed: 10 });
  const phone = shop.phone();
  phone.fault("login", "silent", 1);
  const client = shop.client(phone);
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("login() and logout() settle although the platform never calls back", async (t) => {
  const shop = await openShop(t, { speed: SPEED });
  const phone = shop.phone();
  phone.fault("login", "silent");
  const client = shop.client(phone);
  assert.equal(await failureOf(client.get("/orders")), "offline timeout");
  assert.equal(await failureOf(client.login()), "offline timeout");
  assert.equal(await failureOf(client.logout()), "no failure");
  phone.heal();
  assert.equal((await client.login()).signedIn, true);
});

for (const call of ["getStorage", "setStorage", "getRandomValues"] as const satisfies readonly WxCall[]) {
  test(`${call} that never calls back does not block a call`, async (t) => {
    const shop = await openShop(t, { speed: SPEED });
    const phone = shop.phone();
    phone.fault(call, "silent");
    const client = shop.client(phone);
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.equal(phone.counters().logins, 1);
  });
}

test("a token request that gets no callback is sent again with the same attempt", async (t) => {
  const shop = await openShop(t, { speed: SPEED });
  const phone = shop.phone();
  phone.fault("request", "silent", 1);
  const client = shop.client(phone);
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(new Set(shop.tokenCalls.map((one) => one.get("attempt_id"))).size, 1);
  assert.equal(phone.counters().logins, 1);
});

test("token requests that get no callback and cannot be aborted end by the client's clock", async (t) => {
  const shop = await openShop(t, { speed: SPEED });
  const phone = shop.phone();
  phone.fault("request", "cannot-abort", 1);
  const client = shop.client(phone);
  assert.equal((await client.get("/orders")).statusCode, 200);
  // The request that tells the server of the sign-out.
  phone.fault("request", "cannot-abort", 1);
  assert.equal(await failureOf(client.logout()), "no failure");
  assert.equal((await client.login()).signedIn, true);
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("nine calls that stay silent even after abort() give their slots back", async (t) => {
  const shop = await openShop(t, { speed: SPEED });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  phone.fault("request", "silent", 9);
  const calls = Array.from({ length: 9 }, () => client.get("/orders"));
  const outcomes = calls.map(failureOf);
  for (const call of calls) call.abort();
  assert.deepEqual(new Set(await Promise.all(outcomes)), new Set(["offline aborted"]));
  assert.equal((await client.get("/orders")).statusCode, 200);
});

for (const kind of ["request", "uploadFile", "downloadFile"] as const) {
  test(`nine ${kind} calls that are lost time out, and calls go on`, async (t) => {
    const shop = await openShop(t, { speed: SPEED });
    const phone = shop.phone();
    phone.files.write("wxfile://photo", "pixels");
    const client = shop.client(phone);
    await client.get("/orders");
    phone.fault(kind, "silent", 9);
    const start = {
      request: () => client.get("/orders", undefined, { timeout: 20_000 }),
      uploadFile: () => client.upload({ url: "/p", filePath: "wxfile://photo", name: "p", timeout: 20_000 }),
      downloadFile: () => client.download({ url: "/p", timeout: 20_000 }),
    }[kind];
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => failureOf(start())));
    assert.deepEqual(new Set(outcomes), new Set(["offline timeout"]));
    assert.equal((await client.get("/orders")).statusCode, 200);
  });
}

test("late and double callbacks are ignored, and give no slot twice", async (t) => {
  const shop = await openShop(t, { speed: SPEED });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  phone.fault("request", { lateBy: 30_000 }, 5);
  phone.fault("request", "twice", 4);
  const calls = Array.from({ length: 9 }, () => failureOf(client.get("/orders", undefined, { timeout: 10_000 })));
  const outcomes = await Promise.all(calls);
  assert.equal(outcomes.filter((outcome) => outcome === "offline timeout").length, 5);
  assert.equal(outcomes.filter((outcome) => outcome === "no failure").length, 4);
  await new Promise((resolve) => setTimeout(resolve, 40_000 / SPEED));
  const release: (() => void)[] = [];
  shop.intercept = () => new Promise<boolean>((resolve) => release.push(() => resolve(false)));
  const slow = Array.from({ length: 30 }, () => client.get("/slow"));
  await until(() => release.length === 9);
  assert.equal(phone.counters().inFlight, 9);
  shop.intercept = undefined;
  for (const go of release) go();
  for (const { statusCode } of await Promise.all(slow)) assert.equal(statusCode, 200);
});

test("a platform that ignores timeouts and aborts does not hold a call", async (t) => {
  const shop = await openShop(t, { speed: SPEED });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  shop.intercept = () => true;
  phone.fault("request", "ignores-timeout", 1);
  assert.equal(await failureOf(client.get("/orders", undefined, { timeout: 5000 })), "offline timeout");
  phone.fault("request", "ignores-abort", 1);
  const call = client.get("/orders");
  setTimeout(call.abort, 20);
  assert.equal(await failureOf(call), "offline aborted");
  shop.intercept = undefined;
  assert.equal((await client.get("/orders")).statusCode, 200);
});

test("after more than its time in the background a call goes on with the time that it had left", async (t) => {
  // Of a minute, three seconds of this machine: a busy one takes its time for the request that follows.
  const shop = await openShop(t, { speed: 20 });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  shop.intercept = () => true;
  const call = client.get("/orders");
  phone.background();
  await new Promise((resolve) => setTimeout(resolve, 80_000 / 20));
  shop.intercept = undefined;
  phone.foreground();
  assert.equal((await call).statusCode, 200);
});

test("a call with more time waits for an outage longer than one refresh does", async (t) => {
  const shop = await openShop(t, { speed: 50 });
  const phone = shop.phone();
  const client = shop.client(phone);
  const over = phone.clock.now() + 40_000;
  shop.intercept = (request, response) => {
    if (request.url !== "/auth/oauth/token" || phone.clock.now() >= over) return false;
    request.resume();
    response.writeHead(503, { "content-type": "application/json" });
    response.end('{"error":"temporarily_unavailable","reason":"store_unavailable","request_id":"r"}');
    return true;
  };
  const brief = failureOf(client.get("/orders"));
  assert.equal((await client.get("/orders", undefined, { timeout: 300_000 })).statusCode, 200);
  assert.equal(await brief, "busy store_unavailable");
});
