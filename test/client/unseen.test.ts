import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, ORIGIN, openShop, refuseTokens } from "./shop.fixture.ts";

const tokenCallsOf = (shop: Awaited<ReturnType<typeof openShop>>): (string | null)[] =>
  shop.tokenCalls.map((call) => call.get("grant_type")?.replace("urn:hufu:grant-type:", "") ?? null);

test("the first call signs in", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone({ model: "iPhone 15", platform: "ios" });
  const client = shop.client(phone);
  const heard: unknown[] = [];
  client.on("signedIn", ({ user }) => heard.push(user?.id));
  const { data, statusCode } = await client.get<{ user: string }>("/orders", { page: 2 });
  assert.equal(statusCode, 200);
  assert.equal(shop.handled[0]?.url, "/orders?page=2");
  const { signedIn, user, ended } = await client.session();
  assert.deepEqual([signedIn, user?.id, ended], [true, data.user, null]);
  assert.deepEqual(heard, [data.user]);
  const [call] = shop.tokenCalls;
  assert.deepEqual(
    ["device_type", "device_name", "client_id"].map((name) => call?.get(name)),
    ["phone", "iPhone 15", "wx-shop"],
  );
  assert.match(call?.get("device_id") ?? "", /^[0-9a-f]{32}$/);
  assert.match(call?.get("attempt_id") ?? "", /^[A-Za-z0-9_-]{16,64}$/);
  phone.rethrow();
});

test("a hundred calls at once on an expired token make exactly one refresh (B13)", async (t) => {
  const shop = await openShop(t, { tokens: { access: "60s" } });
  const client = shop.client(shop.phone());
  await client.get("/orders");
  shop.pass(61_000);
  const answers = await Promise.all(Array.from({ length: 100 }, () => client.get("/orders")));
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  assert.deepEqual(tokenCallsOf(shop), ["login-code", "refresh_token"]);
});

test("a hundred calls at once of a new user make exactly one sign-in, also where promises are timers", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone, {}, "macrotask");
  await Promise.all(Array.from({ length: 100 }, () => client.get("/orders")));
  assert.deepEqual(tokenCallsOf(shop), ["login-code"]);
  assert.equal(phone.counters().logins, 1);
});

test("ten pages that meet the same 401 at once make one refresh, and each is repeated once", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  const user = (await client.session()).user?.id ?? "";
  await shop.hufu.users.setRoles(user, ["admin"]);
  const answers = await Promise.all(Array.from({ length: 10 }, () => client.get("/all")));
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  assert.deepEqual(tokenCallsOf(shop), ["login-code", "refresh_token"]);
});

test("a token is renewed before it ends, and no call waits for it", async (t) => {
  const shop = await openShop(t, { tokens: { access: "10m" } });
  const client = shop.client(shop.phone());
  await client.get("/orders");
  // Lives are up to 5 % shorter than ten minutes: of the shortest 14 s are left, of the longest less than a tenth.
  shop.pass(556_000);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  shop.intercept = async (request) => {
    if (request.url === "/auth/oauth/token") await held;
    return false;
  };
  await client.get("/orders");
  await until(() => shop.tokenCalls.length === 2);
  release();
  await until(() => shop.tokenCalls[1]?.has("grant_type") === true);
  assert.deepEqual(tokenCallsOf(shop), ["login-code", "refresh_token"]);
});

test("after a restart the session continues without wx.login", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const first = await shop.client(phone).get<{ user: string }>("/orders");
  phone.restart();
  const second = await shop.client(phone).get<{ user: string }>("/orders");
  assert.equal(second.data.user, first.data.user);
  assert.deepEqual(tokenCallsOf(shop), ["login-code"]);
  assert.equal(phone.counters().logins, 1);
});

test("launch signs in before the first call, manual only by login()", async (t) => {
  const shop = await openShop(t);
  shop.client(shop.phone(), { signIn: "launch" });
  await until(() => shop.tokenCalls.length === 1);
  const phone = shop.phone();
  const manual = shop.client(phone, { signIn: "manual" });
  assert.equal(await failureOf(manual.get("/orders")), "signed-out sign_in_needed");
  assert.equal(phone.counters().logins, 0);
  assert.equal((await manual.login()).signedIn, true);
  assert.equal((await manual.get("/orders")).statusCode, 200);
});

test("optional calls take a token along where there is one, and never sign in", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/public/news", undefined, { auth: "optional" });
  assert.deepEqual([shop.handled[0]?.user, phone.counters().logins], [undefined, 0]);
  await client.get("/orders");
  await client.get("/public/news", undefined, { auth: "optional" });
  await client.get("/public/news", undefined, { auth: "none" });
  assert.equal(shop.handled[2]?.user, shop.handled[1]?.user);
  assert.equal(shop.handled[3]?.user, undefined);
});

test("an optional call whose session has ended goes out as a guest", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  await shop.hufu.sessions.kickAll((await client.session()).user?.id ?? "");
  const { statusCode } = await client.get("/public/news", undefined, { auth: "optional" });
  assert.equal(statusCode, 200);
  assert.equal(shop.handled.at(-1)?.user, undefined);
});

test("in Moments' single-page mode every user is a guest, without an error", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone({ scene: 1154 });
  const client = shop.client(phone, { signIn: "launch" });
  assert.equal((await client.get("/public/news")).statusCode, 200);
  assert.deepEqual([phone.counters().logins, (await client.session()).signedIn], [0, false]);
});

test("a missing permission is reported as forbidden, and the token stays", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  assert.equal(await failureOf(client.get("/all")), "forbidden permission_denied");
  assert.deepEqual(tokenCallsOf(shop), ["login-code"]);
});

test("authorization() returns a header with the life that was asked for", async (t) => {
  const shop = await openShop(t, { tokens: { access: "60s" } });
  const client = shop.client(shop.phone());
  const first = await client.authorization();
  assert.match(first ?? "", /^Bearer ey/);
  shop.pass(60_000 * 0.6);
  assert.equal(await client.authorization(), first);
  assert.notEqual(await client.authorization({ minLife: 30_000 }), first);
});

test("uploads and downloads carry the token, and a refused one is renewed", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  phone.files.write("wxfile://photo", "pixels");
  const client = shop.client(phone);
  await client.get("/orders");
  await shop.hufu.stale((await client.session()).user?.id ?? "");
  const upload = await client.upload({ url: "/photos", filePath: "wxfile://photo", name: "photo" });
  assert.equal(upload.statusCode, 200);
  await shop.hufu.stale((await client.session()).user?.id ?? "");
  const { statusCode, tempFilePath = "" } = await client.download({ url: "/photos/1" });
  assert.equal(statusCode, 200);
  assert.match(phone.files.read(tempFilePath)?.toString() ?? "", /"url":"\/photos\/1"/);
  assert.deepEqual(tokenCallsOf(shop), ["login-code", "refresh_token", "refresh_token"]);
});

test("callbacks work as with wx.request, and abort ends a call", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  const answered = await new Promise<{ statusCode: number }>((success, fail) => {
    void client.request({ url: "/orders", success, fail });
  });
  assert.equal(answered.statusCode, 200);
  let hasArrived = false;
  shop.intercept = (request) => {
    hasArrived ||= request.url === "/slow";
    return request.url === "/slow";
  };
  const call = client.get("/slow");
  // The failure is looked at below, after the abort.
  call.catch(() => undefined);
  await until(() => hasArrived);
  call.abort();
  assert.equal(await failureOf(call), "offline aborted");
});

test("versions of one mini program keep their sessions apart", async (t) => {
  const shop = await openShop(t);
  const storage = shop.phone().storage;
  const users: unknown[] = [];
  for (const envVersion of ["release", "trial", "develop"] as const) {
    const client = shop.client(shop.phone({ storage, envVersion }));
    users.push((await client.get<{ user: string }>("/orders")).data.user);
  }
  assert.equal(new Set(users).size, 3);
  assert.equal(storage.keys().length, 3);
});

test("addresses by environment, and a mistake in the options is named", async (t) => {
  const shop = await openShop(t);
  const baseURL = { develop: ORIGIN, trial: "https://trial.example.com", release: "https://www.example.com" };
  const client = shop.client(shop.phone({ envVersion: "develop" }), { baseURL });
  assert.equal((await client.get("/orders")).statusCode, 200);
  const phone = shop.phone();
  const mistakes: readonly (readonly [object, RegExp])[] = [
    [{ baseUrl: ORIGIN }, /baseUrl: there is no such option/],
    [{ baseURL: "api.example.com" }, /"api.example.com" is no plain URL/],
    [{ baseURL: { develop: ORIGIN } }, /baseURL: no address for "release"/],
    [{ signIn: "eager" }, /signIn/],
    [{ timeout: 0 }, /timeout/],
    [{ origins: ["https://a b"] }, /is no plain URL/],
  ];
  for (const [options, message] of mistakes) {
    assert.throws(() => shop.client(phone, options), message, JSON.stringify(options));
  }
});

test("debug prints each step and no secret", async (t) => {
  const shop = await openShop(t);
  const lines: string[] = [];
  const phone = shop.phone();
  const environment = phone.environment({ root: shop.built, console: (_level, args) => lines.push(args.join(" ")) });
  const { createClient } = environment.require("index.js") as {
    createClient(options: object): { get(url: string): Promise<unknown> };
  };
  const client = createClient({ baseURL: ORIGIN, debug: true });
  await client.get("/orders");
  shop.intercept = refuseTokens(503, "temporarily_unavailable", "store_unavailable", { times: 1 });
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  await client.get("/orders");
  const text = lines.join("\n");
  assert.match(text, /sign in/);
  assert.match(text, /token_stale/);
  assert.match(text, /store_unavailable, again in \d+ ms/);
  for (const call of shop.tokenCalls) {
    for (const secret of ["code", "refresh_token", "attempt_id"]) {
      const value = call.get(secret);
      if (value !== null) assert.ok(!text.includes(value), `${secret} is printed`);
    }
  }
});
