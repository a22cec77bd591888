// Request MACs with WeChat's key of the user: the built file on simulated phones, against a real server.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import type { Proof } from "../../client/src/proof.ts";
import { failureOf, ORIGIN, openShop, PATIENT, type Shop } from "./shop.fixture.ts";

const BOUND = { bound: true } as const;
const KEYS = "/wxa/business/getuserencryptkey";
/** Only says that there shall be one. */
const PROOF = {} as Proof;

interface Arrived {
  readonly url: string;
  readonly version: unknown;
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

function decoded(part: string | undefined): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part ?? "", "base64url").toString());
}

/** Notes every business request, with what its MAC says. */
function listen(shop: Shop): readonly Arrived[] {
  const arrived: Arrived[] = [];
  shop.intercept = ({ url = "", headers }: IncomingMessage) => {
    if (url.startsWith("/auth/")) return false;
    const mac = headers["hufu-mac"];
    const [head, claims] = typeof mac === "string" ? mac.split(".") : [];
    arrived.push({
      url,
      version: head && decoded(head)["kid"],
      claims: claims === undefined ? undefined : decoded(claims),
    });
    return false;
  };
  return arrived;
}

test("the first refusal tells which route wants a MAC; then each request there has one, and others have none", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const client = shop.signingClient(shop.phone());
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.equal((await client.post("/signed/coupons?page=2", { coupon: 7 })).statusCode, 200);
  assert.equal((await client.post("/signed/coupons", { coupon: 8 })).statusCode, 200);
  assert.equal((await client.get("/orders")).statusCode, 200);
  assert.deepEqual(
    arrived.map(({ url, claims }) => [url, claims?.["htu"]]),
    [
      ["/orders", undefined],
      ["/signed/coupons?page=2", undefined],
      ["/signed/coupons?page=2", `${ORIGIN}/signed/coupons`],
      ["/signed/coupons", `${ORIGIN}/signed/coupons`],
      ["/orders", undefined],
    ],
  );
  assert.deepEqual(
    shop.handled.map(({ body }) => body),
    ["", '{"coupon":7}', '{"coupon":8}', ""],
  );
  assert.equal(shop.platformCalls(KEYS), 1);
});

test("paths that the app names are signed from the first request on, and it costs one try for the nonce", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const client = shop.signingClient(shop.phone(), { paths: ["/signed/"] });
  assert.equal((await client.post("/signed/coupons/1", {})).statusCode, 200);
  assert.equal((await client.post("/signed/coupons/2", {})).statusCode, 200);
  assert.deepEqual(
    arrived.map(({ claims }) => [claims !== undefined, claims?.["nonce"] !== undefined]),
    [
      [true, false],
      [true, true],
      [true, true],
    ],
  );
});

test("a newer key of WeChat's, an old nonce or a wrong clock: the request succeeds", async (t) => {
  const shop = await openShop(t, { ...BOUND, tokens: { access: "2h" } });
  const arrived = listen(shop);
  for (const clockSkew of [0, -86_400_000, 86_400_000]) {
    const client = shop.signingClient(shop.phone({ user: "alice", clockSkew }), { paths: ["/signed"] }, PATIENT);
    assert.equal((await client.post("/signed/a", {})).statusCode, 200);
    shop.rotateUserKey("alice");
    shop.pass(240_000);
    assert.equal((await client.post("/signed/a", {})).statusCode, 200);
    // The kept key is over; WeChat gives the newest.
    shop.pass(3_600_000);
    assert.equal((await client.post("/signed/a", {})).statusCode, 200);
  }
  assert.equal(shop.handled.length, 9);
  assert.ok(arrived.length <= 21, `${arrived.length}`);
});

test("a kept key that WeChat no longer lists is dropped after one refusal", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const client = shop.signingClient(shop.phone({ user: "alice" }), { paths: ["/signed"] });
  assert.equal((await client.post("/signed/a", {})).statusCode, 200);
  const other = shop.signingClient(shop.phone({ user: "alice" }), { paths: ["/signed"] });
  for (let count = 0; count < 3; count += 1) shop.rotateUserKey("alice");
  shop.pass(1000);
  // Another phone of the user makes the server ask, and learn that the first key is not among the newest three.
  assert.equal((await other.post("/signed/a", {})).statusCode, 200);
  shop.pass(1000);
  const before = arrived.length;
  assert.equal((await client.post("/signed/a", {})).statusCode, 200);
  assert.deepEqual(
    arrived.slice(before).map(({ version }) => version),
    ["1", "4"],
  );
});

test("an old phone goes on without; a route that asks for a MAC is forbidden there, at once", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  for (const extras of [{ getUserCryptoManager: undefined }, { getUserCryptoManager: () => ({}) }]) {
    const client = shop.signingClient(shop.phone({ extras }), { paths: ["/signed"] });
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.equal(await failureOf(client.post("/signed/a", {})), "forbidden mac_missing");
  }
  assert.equal(arrived.length, 4);
  assert.equal(shop.handled.length, 2);
});

test("a client without the file is told what the route wants", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.client(shop.phone(), { issuer: shop.hufu.issuer });
  assert.equal(await failureOf(client.post("/signed/a", {})), "bug mac_missing");
});

test("a platform that fails, throws or never answers for the key: the call waits, tries again, and gives up as busy", async (t) => {
  const shop = await openShop(t, { ...BOUND, speed: 50 });
  const manager = (getLatestUserKey: (options: { fail(failure: object): void }) => void) => () => ({
    getLatestUserKey,
  });
  for (const getUserCryptoManager of [
    manager(({ fail }) => fail({ errMsg: "getLatestUserKey:fail" })),
    manager(() => {
      throw new TypeError("not now");
    }),
    manager(() => undefined),
  ]) {
    const client = shop.signingClient(shop.phone({ extras: { getUserCryptoManager } }), {}, { timeout: 30_000 });
    assert.match(await failureOf(client.post("/signed/a", {})), /^(busy mac_missing|offline timeout)$/);
  }
  assert.equal(shop.handled.length, 0);
});

test("a session_key that WeChat no longer takes: one silent sign-in, and the call goes on", async (t) => {
  const shop = await openShop(t, { ...BOUND, speed: 20 });
  const phone = shop.phone();
  const client = shop.signingClient(phone, {}, PATIENT);
  assert.equal((await client.get("/orders")).statusCode, 200);
  // The app's own call of wx.login; its code goes nowhere.
  await phone.wx.login();
  assert.equal((await client.post("/signed/a", { coupon: 7 })).statusCode, 200);
  assert.deepEqual(
    shop.tokenCalls.map((call) => call.get("grant_type")?.split(":").at(-1)),
    ["login-code", "login-code"],
  );
  assert.equal(shop.handled.at(-1)?.body, '{"coupon":7}');
});

test("with proofs of possession as well: both are there, on every try", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.signingClient(shop.phone(), { proof: PROOF });
  assert.equal((await client.post("/bound/orders", { amount: 5 })).statusCode, 200);
  assert.equal((await client.post("/signed/coupons", { coupon: 7 })).statusCode, 200);
  assert.equal((await client.post("/signed/coupons", { coupon: 8 })).statusCode, 200);
  assert.deepEqual(
    shop.handled.map(({ url, body }) => [url, body]),
    [
      ["/bound/orders", '{"amount":5}'],
      ["/signed/coupons", '{"coupon":7}'],
      ["/signed/coupons", '{"coupon":8}'],
    ],
  );
});

test("twenty calls at once: one question for the key, and each call is repeated once at most", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const client = shop.signingClient(shop.phone());
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => client.post("/signed/coupons", { at })));
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  assert.equal(shop.handled.length, 20);
  assert.ok(arrived.length <= 40, `${arrived.length}`);
});

test("paths must be paths, and one createRequestMac() is for one client", async (t) => {
  const shop = await openShop(t, BOUND);
  for (const paths of ["/a", ["a"], [7]]) {
    assert.throws(
      () => shop.signingClient(shop.phone(), { paths: paths as string[] }),
      (error: Error) => error.name === "TypeError" && /paths: a list of paths/.test(error.message),
    );
  }
});
