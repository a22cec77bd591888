// A refresh token is presented only after storage has returned it, whatever faults the storage has.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, openShop, PATIENT, refuseTokens, storedText } from "./shop.fixture.ts";

test("device and attempt are in storage before the request leaves", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const stored: string[] = [];
  shop.intercept = (request) => {
    if (request.url === "/auth/oauth/token") stored.push(storedText(phone));
    return false;
  };
  const client = shop.client(phone);
  await client.get("/orders");
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  await client.get("/orders");
  for (const [place, call] of shop.tokenCalls.entries()) {
    assert.ok(stored[place]?.includes(call.get("attempt_id") ?? "none"), `attempt of call ${place}`);
  }
  assert.ok(stored[0]?.includes(shop.tokenCalls[0]?.get("device_id") ?? "none"));
});

test("the stored session is encrypted where the platform can", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  await shop.client(phone).get("/orders");
  const [key = ""] = phone.storage.keys();
  assert.match(String(phone.storage.read(key, true)), /hr1\./);
  assert.doesNotMatch(String(phone.storage.read(key, false)), /hr1\./);
});

for (const fault of ["fails", "forgets"] as const) {
  test(`a storage that ${fault}: calls use the new token, and the next refresh repeats the old one with its attempt`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    const user = shop.handled[0]?.user ?? "";
    phone.storage.fault("write", fault);
    for (let time = 0; time < 3; time += 1) {
      await shop.hufu.stale(user);
      assert.equal((await client.get("/orders")).statusCode, 200);
    }
    phone.storage.heal();
    await shop.hufu.stale(user);
    assert.equal((await client.get("/orders")).statusCode, 200);
    const refreshes = shop.tokenCalls.slice(1).map((call) => `${call.get("refresh_token")} ${call.get("attempt_id")}`);
    assert.equal(refreshes.length, 4);
    assert.equal(new Set(refreshes).size, 1, "every one repeats the same question");
    await shop.hufu.stale(user);
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.equal(phone.counters().logins, 1);
  });
}

test("a session that the client replaced itself, and could not store, signs nobody out", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  const ends: string[] = [];
  client.on("ended", ({ why }) => ends.push(why));
  // The user signs in anew, the new tokens are lost, and storage still has those of the replaced session.
  phone.storage.fault("write", "forgets");
  await failureOf(client.login());
  phone.storage.heal();
  for (let time = 0; time < 2; time += 1) {
    await shop.hufu.stale(user);
    assert.equal((await client.get("/orders", undefined, PATIENT)).statusCode, 200);
  }
  assert.deepEqual(ends, []);
});

test("an app that is killed between two writes continues its session", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  await shop.client(phone).get("/orders");
  const user = shop.handled[0]?.user ?? "";
  for (let step = 0; step < 12; step += 1) {
    await shop.hufu.stale(user);
    const dying = shop.client(phone);
    dying.get("/orders").catch(() => undefined);
    // Each time a little further.
    for (let tick = 0; tick < step * 2; tick += 1) await new Promise((resolve) => setImmediate(resolve));
    phone.restart();
    assert.equal((await shop.client(phone).get("/orders")).statusCode, 200, `killed after ${step * 2} ticks`);
    phone.restart();
  }
  assert.equal(phone.counters().logins, 1);
  assert.equal((await shop.hufu.sessions.list(user)).length, 1);
});

test("an app that is killed in its first sign-in sends the same code again", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  shop.intercept = async (request) => {
    if (request.url !== "/auth/oauth/token" || shop.tokenCalls.length > 1) return false;
    // Carried out, and the answer is never given.
    phone.kill();
    return false;
  };
  shop
    .client(phone)
    .get("/orders")
    .catch(() => undefined);
  await until(() => shop.tokenCalls.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal((await shop.client(phone).get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
  assert.equal(shop.tokenCalls[1]?.get("code"), shop.tokenCalls[0]?.get("code"));
  assert.equal((await shop.hufu.sessions.list(shop.handled[0]?.user ?? "")).length, 1);
});

test("a damaged storage counts as empty, without a loop", async (t) => {
  const shop = await openShop(t);
  for (const rubbish of ["", "{]", "null", '"text"', "[]", '{"device":7}', "{}", 42, { device: "x" }]) {
    const phone = shop.phone();
    await shop.client(phone).get("/orders");
    const [key = ""] = phone.storage.keys();
    phone.storage.plant(key, rubbish);
    phone.restart();
    assert.equal((await shop.client(phone).get("/orders")).statusCode, 200, JSON.stringify(rubbish));
    assert.equal(phone.counters().logins, 2);
  }
});

test("reads that fail for a while lose nothing", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  phone.storage.fault("read", "fails", 4);
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/orders")).statusCode, 200);
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("a storage that never answers does not block calls", async (t) => {
  const shop = await openShop(t, { speed: 100 });
  const phone = shop.phone();
  phone.storage.fault("both", "hangs");
  const client = shop.client(phone);
  assert.equal((await client.get("/orders", undefined, PATIENT)).statusCode, 200);
  assert.equal((await client.get("/orders", undefined, PATIENT)).statusCode, 200);
});

test("a full storage signs nobody out while the app runs", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  for (let key = 0; key < 10; key += 1) phone.wx.setStorageSync(`photos-${key}`, "x".repeat(1_040_000));
  for (let key = 10; key < 30; key += 1) {
    try {
      phone.wx.setStorageSync(`rest-${key}`, "x".repeat(20_000));
    } catch {
      break;
    }
  }
  const client = shop.client(phone);
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("two runtimes on one storage converge, no matter which one refreshes first", async (t) => {
  const shop = await openShop(t);
  const one = shop.phone({ user: "alice" });
  const other = shop.phone({ user: "alice", storage: one.storage });
  const clients = [shop.client(one), shop.client(other)] as const;
  await clients[0].get("/orders");
  const user = shop.handled[0]?.user ?? "";
  for (let round = 0; round < 10; round += 1) {
    await shop.hufu.stale(user);
    const answers = await Promise.all([...clients, ...clients].map((client) => client.get("/orders")));
    assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  }
  assert.equal(one.counters().logins + other.counters().logins, 1);
  assert.equal((await shop.hufu.sessions.list(user)).length, 1);
});

test("a late answer never overwrites a newer one", async (t) => {
  const shop = await openShop(t);
  const one = shop.phone({ user: "alice" });
  const other = shop.phone({ user: "alice", storage: one.storage });
  const [slow, fast] = [shop.client(one), shop.client(other)];
  await slow.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  await shop.hufu.stale(user);
  let release: (() => void) | undefined;
  shop.intercept = (request) => {
    if (request.url !== "/auth/oauth/token" || release !== undefined) return false;
    return new Promise<boolean>((resolve) => {
      release = () => resolve(false);
    });
  };
  const late = slow.get("/orders");
  await until(() => release !== undefined);
  await fast.get("/orders");
  await shop.hufu.stale(user);
  await fast.get("/orders");
  const newest = storedText(one);
  release?.();
  assert.equal((await late).statusCode, 200);
  const token = /"refresh":"([^"]+)"/.exec(newest)?.[1] ?? "none";
  assert.ok(storedText(one).includes(token), "the newer token is still there");
  await shop.hufu.stale(user);
  assert.equal((await slow.get("/orders")).statusCode, 200);
  assert.equal(one.counters().logins + other.counters().logins, 1);
});

test("login() keeps the old session until the new one is there", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  shop.intercept = refuseTokens(403, "access_denied", "sign_in_denied", { times: 1 });
  assert.equal(await failureOf(client.login()), "forbidden sign_in_denied");
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal((await client.session()).signedIn, true);
});
