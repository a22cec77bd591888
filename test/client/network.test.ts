import assert from "node:assert/strict";
import { test } from "node:test";
import { NETWORKS } from "@hufu/simulator";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, ORIGIN, openShop, PATIENT } from "./shop.fixture.ts";

const FLAKY = { ...NETWORKS.perfect, lostAnswer: 1, noticedAfter: 50 };

test("a lost answer is requested again with the same attempt, and gives the same session", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone({ network: FLAKY });
  const client = shop.client(phone);
  const call = client.get("/orders");
  await until(() => shop.tokenCalls.length === 2);
  phone.setNetwork("perfect");
  assert.equal((await call).statusCode, 200);
  const attempts = shop.tokenCalls.map((one) => `${one.get("code")} ${one.get("attempt_id")}`);
  assert.equal(new Set(attempts).size, 1);
  assert.equal((await shop.hufu.sessions.list(shop.handled[0]?.user ?? "")).length, 1);
});

test("a refresh that the background interrupts continues when the app comes back", async (t) => {
  const shop = await openShop(t, { speed: 20 });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  let held = false;
  shop.intercept = (request) => {
    held = request.url === "/auth/oauth/token";
    return held;
  };
  const call = client.get("/orders");
  await until(() => held);
  phone.background();
  await until(() => phone.counters().interrupted > 0);
  shop.intercept = undefined;
  phone.foreground();
  assert.equal((await call).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("GET is repeated over a bad network, POST only if it is marked as idempotent", async (t) => {
  const shop = await openShop(t, { speed: 10 });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  const flakyOnce = async (run: () => Promise<unknown>): Promise<string> => {
    phone.setNetwork(FLAKY);
    const before = shop.handled.length;
    const outcome = failureOf(run());
    await until(() => shop.handled.length > before);
    phone.setNetwork("perfect");
    return `${await outcome}, handled ${shop.handled.length - before} times`;
  };
  assert.equal(await flakyOnce(() => client.get("/orders")), "no failure, handled 2 times");
  assert.equal(await flakyOnce(() => client.post("/orders", { item: 1 })), "offline no_network, handled 1 times");
  const twice = () => client.put("/orders/1", { item: 1 }, { idempotent: true });
  assert.equal(await flakyOnce(twice), "no failure, handled 2 times");
});

test("a POST that the guard refused is repeated, because its handler never ran", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  const { statusCode } = await client.post("/orders", { item: "tea" });
  assert.equal(statusCode, 200);
  assert.deepEqual(
    shop.handled.filter(({ method }) => method === "POST").map(({ body }) => body),
    ['{"item":"tea"}'],
  );
});

test("without a network a call fails in time, as offline", async (t) => {
  const shop = await openShop(t, { speed: 50 });
  const phone = shop.phone({ network: "off" });
  const client = shop.client(phone);
  assert.equal(await failureOf(client.get("/orders")), "offline no_network");
  assert.match(await failureOf(client.get("/orders", undefined, { timeout: 2000 })), /^offline (no_network|timeout)$/);
  phone.setNetwork("perfect");
  assert.equal((await client.get("/orders", undefined, PATIENT)).statusCode, 200);
  assert.deepEqual(phone.unsettled(), []);
});

test("calls to a server that never answers time out", async (t) => {
  const shop = await openShop(t, { speed: 50 });
  const phone = shop.phone();
  const client = shop.client(phone);
  shop.intercept = () => true;
  const calls = Array.from({ length: 30 }, (_, at) => failureOf(client.get(`/orders/${at}`)));
  for (const outcome of await Promise.all(calls)) assert.match(outcome, /^offline timeout$/);
  shop.intercept = undefined;
  assert.equal((await client.get("/orders", undefined, PATIENT)).statusCode, 200);
});

test("nine slow calls leave a slot for the token", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  const slow: (() => void)[] = [];
  shop.intercept = (request) => {
    if (!request.url?.startsWith("/slow")) return false;
    return new Promise<boolean>((resolve) => slow.push(() => resolve(false)));
  };
  const waiting = Array.from({ length: 20 }, () => client.get("/slow"));
  await until(() => slow.length === 9);
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.match((await client.login().then(() => client.authorization())) ?? "", /^Bearer /);
  const release = setInterval(() => {
    for (const go of slow.splice(0)) go();
  }, 2);
  const answers = await Promise.all(waiting);
  clearInterval(release);
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
});

test("wx.login that the platform limits for a moment is called again, not at every call", async (t) => {
  const shop = await openShop(t, { speed: 20 });
  const phone = shop.phone();
  phone.failLogins({ errMsg: "login:fail api freq out of limit", errno: 45_009 }, 2);
  const client = shop.client(phone);
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.get("/orders")));
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  assert.equal(phone.counters().logins, 1);
});

test("a domain that is not listed is explained", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone({ domains: ["www.example.com"] }));
  const failure = await client.get("/orders").catch((error: Error) => error);
  assert.match(String(failure), /bug: domain_not_listed: add the domain .* in DevTools tick /);
});

test("a guard's 503 is repeated until it passes, a business's 503 resolves after a few tries", async (t) => {
  const shop = await openShop(t, { speed: 20 });
  const client = shop.client(shop.phone());
  await client.get("/orders");
  let times = 0;
  const answer503 = (headers: Readonly<Record<string, string>>, most: number) => {
    times = 0;
    shop.intercept = (_request, response) => {
      if (times >= most) return false;
      times += 1;
      response.writeHead(503, headers);
      response.end("{}");
      return true;
    };
  };
  answer503({ "hufu-reason": "revocations_unknown", "retry-after": "1" }, 3);
  assert.equal((await client.post("/orders", {})).statusCode, 200);
  answer503({}, 99);
  assert.deepEqual([(await client.get("/orders")).statusCode, times], [503, 3]);
  answer503({}, 99);
  assert.deepEqual([(await client.post("/orders", {})).statusCode, times], [503, 1]);
});

test("the token goes only below baseURL and origins, and across no redirect", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone, { origins: ["https://files.example.com/mine"] });
  await client.get("/orders");
  shop.intercept = (request, response) => {
    if (request.url === "/away") response.writeHead(302, { location: "https://evil.example/" });
    response.end("{}");
    return true;
  };
  assert.equal((await client.get("/away")).statusCode, 302);
  const allowed = [
    "/orders",
    `${ORIGIN}/orders`,
    "https://API.example.com:443/orders",
    "https://files.example.com/mine/1",
  ];
  const elsewhere = [
    "https://evil.example/orders",
    `${ORIGIN}@evil.example/`,
    `${ORIGIN}.evil.example/`,
    `${ORIGIN}:444/orders`,
    "http://api.example.com/orders",
    "https://files.example.com/mine/../yours",
    "https://files.example.com/mine/%2e%2e/yours",
    "https://files.example.com/mineral",
    "https://evil.example\\@api.example.com/",
  ];
  for (const url of [...allowed, ...elsewhere]) await client.get(url).catch(() => undefined);
  const carried = phone.calls().filter(({ headers }) => "Authorization" in headers);
  assert.deepEqual(
    carried.map(({ url }) => url),
    [`${ORIGIN}/orders`, `${ORIGIN}/away`, `${ORIGIN}/orders`, ...allowed.slice(1)],
  );
  assert.ok(
    phone.calls().some(({ url }) => url === elsewhere[0]),
    "elsewhere is called, without a token",
  );
});
