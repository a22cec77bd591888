// Sessions that are bound to a key of the phone: the built proof file on simulated phones, against a real server.
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { SimulatedPhone } from "@hufu/simulator";
import { createProofClient } from "../../server/src/proof/proof-client.fixture.ts";
import { claimsIn } from "../stack/answers.fixture.ts";
import { FRESH_S, failureOf, ORIGIN, openShop, PATIENT, type Shop } from "./shop.fixture.ts";

const BOUND = { bound: true } as const;

/** A request that arrived, with what its proof says. */
interface Arrived {
  readonly url: string;
  readonly scheme: string;
  readonly jkt: unknown;
  readonly claims: Readonly<Record<string, unknown>>;
}

function decoded(part: string | undefined): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part ?? "", "base64url").toString() || "{}");
}

/** Notes every business request, or other ones, answered or refused. */
function listen(shop: Shop, which = /^\/(?!auth\/)/): readonly Arrived[] {
  const arrived: Arrived[] = [];
  shop.intercept = ({ url = "", headers }: IncomingMessage) => {
    if (!which.test(url)) return false;
    const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ");
    const cnf = decoded(token.split(".")[1])["cnf"];
    const jkt = typeof cnf === "object" && cnf !== null && "jkt" in cnf ? cnf.jkt : undefined;
    arrived.push({ url, scheme, jkt, claims: decoded(String(headers["dpop"] ?? "").split(".")[1]) });
    return false;
  };
  return arrived;
}

function keyOf(phone: SimulatedPhone): string {
  return phone.storage.keys().find((key) => key.endsWith(":key")) ?? assert.fail("no key is stored");
}

for (const engine of [undefined, "old engine"] as const) {
  test(`a session is bound at sign-in, and every request is proven${engine === undefined ? "" : `, on an ${engine}`}`, async (t) => {
    const shop = await openShop(t, BOUND);
    const arrived = listen(shop);
    const client = shop.boundClient(shop.phone(), {}, engine);
    assert.equal((await client.get("/bound/orders?page=2")).statusCode, 200);
    assert.equal((await client.get("/bound/orders")).statusCode, 200);
    // The first of three had no nonce yet.
    assert.deepEqual(
      arrived.map(({ scheme, claims }) => [scheme, claims["nonce"] !== undefined]),
      [
        ["DPoP", false],
        ["DPoP", true],
        ["DPoP", true],
      ],
    );
    assert.equal(arrived[0]?.claims["htu"], `${ORIGIN}/bound/orders`);
    assert.equal(new Set(arrived.map(({ claims }) => claims["jti"])).size, 3);
    assert.equal(shop.tokenCalls.length, 2);
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    assert.equal((await client.get("/bound/orders")).statusCode, 200);
    const [, first, refreshed] = shop.tokenCalls;
    assert.deepEqual(
      [first?.get("grant_type"), refreshed?.get("grant_type")].map((grant) => grant?.split(":").at(-1)),
      ["login-code", "refresh_token"],
    );
  });
}

test("the key is stored encrypted, and a restart goes on with it", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const phone = shop.phone();
  await shop.boundClient(phone).get("/bound/orders");
  const key = keyOf(phone);
  assert.match(String(phone.storage.read(key, true)), /^\{"ed25519":"[\w-]{43}"\}$/);
  assert.doesNotMatch(String(phone.storage.read(key, false)), /ed25519/);
  phone.restart();
  await shop.boundClient(phone).get("/bound/orders");
  assert.equal(phone.counters().logins, 1);
  assert.equal(new Set(arrived.map(({ jkt }) => jkt)).size, 1);
});

test("an old nonce costs one try more, and never two", async (t) => {
  const shop = await openShop(t, { ...BOUND, tokens: { access: "1h" } });
  const arrived = listen(shop);
  const client = shop.boundClient(shop.phone());
  await client.get("/bound/orders");
  for (let times = 0; times < 3; times += 1) {
    const before = arrived.length;
    shop.pass(240_000);
    assert.equal((await client.post("/bound/orders", { amount: times })).statusCode, 200);
    assert.equal(arrived.length - before, 2);
  }
  // Nonces that grow old are replaced with an answer, and nothing is asked twice.
  const before = arrived.length;
  for (let minute = 0; minute < 6; minute += 1) {
    shop.pass(60_000);
    assert.equal((await client.get("/bound/orders")).statusCode, 200);
  }
  assert.equal(arrived.length - before, 6);
});

for (const hours of [-24, 24]) {
  test(`a phone whose clock is ${hours} hours off is bound, and proves by the server's time`, async (t) => {
    const shop = await openShop(t, BOUND);
    const arrived = listen(shop);
    const phone = shop.phone({ clockSkew: hours * 3_600_000 });
    assert.equal((await shop.boundClient(phone).get("/bound/orders")).statusCode, 200);
    const off = Number(arrived.at(-1)?.claims["iat"]) - (phone.clock.now() / 1000 - hours * 3600);
    assert.ok(Math.abs(off) < 60, `${off} s`);
  });
}

test("two devices of one user have a key each, and neither can use the other's token", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const [one, other] = [shop.phone({ user: "alice" }), shop.phone({ user: "alice" })];
  const [a, b] = [shop.boundClient(one), shop.boundClient(other)];
  await a.get("/bound/a");
  await b.get("/bound/b");
  assert.equal(new Set(arrived.map(({ jkt }) => jkt)).size, 2);
  // b's key is put in the place of a's: its tokens are worth nothing to a.
  one.restart();
  one.storage.write(keyOf(one), other.storage.read(keyOf(other), true), true);
  assert.equal((await shop.boundClient(one).get("/bound/a")).statusCode, 200);
  assert.equal(one.counters().logins, 2);
  assert.equal((await b.get("/bound/b")).statusCode, 200);
});

for (const loss of ["removed", "damaged"] as const) {
  test(`a key that is ${loss} from storage: one new sign-in with a new key, and no loop`, async (t) => {
    const shop = await openShop(t, BOUND);
    const arrived = listen(shop);
    const phone = shop.phone();
    await shop.boundClient(phone).get("/bound/orders");
    phone.restart();
    if (loss === "removed") phone.storage.remove(keyOf(phone));
    else phone.storage.plant(keyOf(phone), "{]");
    const asked = shop.tokenCalls.length;
    const again = shop.boundClient(phone);
    assert.equal((await again.get("/bound/orders")).statusCode, 200);
    assert.equal((await again.get("/bound/orders")).statusCode, 200);
    assert.equal(phone.counters().logins, 2);
    assert.equal(new Set(arrived.map(({ jkt }) => jkt)).size, 2);
    // The lost session's refresh, and the sign-in with its nonce.
    assert.ok(shop.tokenCalls.length - asked <= 3, `${shop.tokenCalls.length - asked} token calls`);
    assert.equal((await shop.hufu.sessions.list(shop.handled[0]?.user ?? "")).length, 1);
  });
}

for (const fault of ["fails", "forgets", "hangs"] as const) {
  test(`a storage whose writes are ${fault}: the session is bound to a key of this run`, async (t) => {
    const shop = await openShop(t, { ...BOUND, speed: 20 });
    const arrived = listen(shop);
    const phone = shop.phone();
    phone.storage.fault("write", fault);
    const client = shop.boundClient(phone, PATIENT);
    for (let times = 0; times < 2; times += 1) assert.equal((await client.get("/bound/orders")).statusCode, 200);
    assert.ok(arrived.every(({ jkt }) => jkt !== undefined));
    assert.equal(phone.counters().logins, 1);
  });
}

test("a storage that cannot be read for a moment ends no session", async (t) => {
  const shop = await openShop(t, { ...BOUND, speed: 20 });
  const phone = shop.phone();
  await shop.boundClient(phone).get("/bound/orders");
  phone.restart();
  const client = shop.boundClient(phone, PATIENT);
  await client.session();
  phone.storage.fault("read", "fails", 2);
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("a phone without random numbers signs in unbound, and an app that demands proofs says so", async (t) => {
  const shop = await openShop(t, BOUND);
  const zeros = {
    getRandomValues: ({ length, success }: RandomOptions) => success({ randomValues: new ArrayBuffer(length) }),
  };
  for (const extras of [{ getRandomValues: undefined }, zeros]) {
    const client = shop.boundClient(shop.phone({ extras }));
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.match(await failureOf(client.get("/bound/orders")), /token_revoked$/);
  }
});

test("twenty calls at once on a new phone: one sign-in, and each call is repeated once at most", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const client = shop.boundClient(shop.phone());
  const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => client.post("/bound/orders", { at })));
  assert.ok(answers.every(({ statusCode }) => statusCode === 200));
  assert.equal(shop.handled.length, 20);
  assert.equal(shop.tokenCalls.length, 2);
  assert.ok(arrived.length <= 40, `${arrived.length}`);
});

test("uploads and downloads carry a proof, of POST and of GET", async (t) => {
  const shop = await openShop(t, BOUND);
  const arrived = listen(shop);
  const phone = shop.phone();
  const client = shop.boundClient(phone);
  const filePath = `${phone.wx.env.USER_DATA_PATH}/photo.jpg`;
  await new Promise((success, fail) => {
    phone.wx.getFileSystemManager().writeFile({ filePath, data: "a photo", success, fail });
  });
  assert.equal((await client.upload({ url: "/bound/photos", filePath, name: "photo" })).statusCode, 200);
  assert.equal((await client.download({ url: "/bound/report" })).statusCode, 200);
  assert.deepEqual(
    arrived.map(({ scheme, claims }) => `${scheme} ${claims["htm"]}`),
    ["DPoP POST", "DPoP POST", "DPoP GET"],
  );
});

test("a stream hears its own headers and chunks, not those of the try before", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.boundClient(shop.phone());
  const call = client.request({ url: "/bound/stream", enableChunked: true });
  const heard: string[] = [];
  call.onHeadersReceived(({ header }) =>
    heard.push(`reason ${String(header["Hufu-Reason"] ?? header["hufu-reason"])}`),
  );
  call.onChunkReceived(({ data }) => heard.push(Buffer.from(new Uint8Array(data)).toString()));
  assert.equal((await call).statusCode, 200);
  assert.equal(heard[0], "reason undefined");
  assert.match(heard.slice(1).join(""), /^\{"url":"\/bound\/stream","user":"u_[^"]+"\}$/);
});

test("an aborted call sends nothing, whenever it is aborted", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.boundClient(shop.phone());
  await client.get("/bound/orders");
  for (let ticks = 0; ticks < 6; ticks += 1) {
    const call = client.get("/bound/orders");
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    call.abort();
    assert.equal(await failureOf(call), "offline aborted");
  }
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
});

test("a store of used proofs that lost its content voids the nonces, and the user notices nothing", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.boundClient(shop.phone());
  await client.get("/bound/orders");
  const database = new DatabaseSync(shop.file, { timeout: 30_000 });
  database.exec("delete from hufu_hot");
  database.close();
  assert.equal((await client.post("/bound/orders", { amount: 5 })).statusCode, 200);
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
});

test("a server that demands a nonce for ever is asked a bounded number of times", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.boundClient(shop.phone(), { timeout: 4000 });
  await client.get("/bound/orders");
  let asked = 0;
  shop.intercept = ({ url = "" }, response) => {
    if (url.startsWith("/auth/")) return false;
    asked += 1;
    response.writeHead(401, { "DPoP-Nonce": `n-${asked}`, "WWW-Authenticate": 'DPoP error="use_dpop_nonce"' });
    response.end();
    return true;
  };
  assert.equal(await failureOf(client.get("/bound/orders")), "busy proof_nonce");
  assert.ok(asked >= 3 && asked <= 24, `${asked}`);
});

test("stolen access and refresh tokens are worth nothing without the key, and the owner goes on", async (t) => {
  const shop = await openShop(t, BOUND);
  const phone = shop.phone();
  const client = shop.boundClient(phone);
  await client.get("/bound/orders");
  const [key] = phone.storage.keys().filter((each) => !each.endsWith(":key"));
  const { access, refresh } = JSON.parse(String(phone.storage.read(key ?? "", true)));
  const attacker = shop.phone();
  const send = (url: string, header: object, data?: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      attacker.wx.request({
        ...{ url, method: data === undefined ? "GET" : "POST", data, header: { ...header } },
        success: ({ data: body }) => resolve(Object(body)["reason"]),
        fail: reject,
      });
    });
  const own = createProofClient();
  const tokenUri = `${shop.hufu.issuer}/oauth/token`;
  const form = `grant_type=refresh_token&client_id=wx-shop&refresh_token=${refresh}`;
  const typed = { "content-type": "application/x-www-form-urlencoded" };
  const uri = `${ORIGIN}/orders`;
  assert.equal(await send(uri, { Authorization: `Bearer ${access}` }), "proof_missing");
  assert.equal(await send(uri, { Authorization: `DPoP ${access}` }), "proof_missing");
  const dpop = own.proof({ method: "GET", uri, accessToken: access });
  assert.equal(await send(uri, { Authorization: `DPoP ${access}`, DPoP: dpop }), "proof_invalid");
  assert.equal(await send(tokenUri, typed, form), "proof_missing");
  const nonced = await new Promise<string>((resolve, reject) => {
    const header = { ...typed, DPoP: own.proof({ uri: tokenUri }) };
    const success = (answer: { header: Readonly<Record<string, unknown>> }): void =>
      resolve(String(Object.entries(answer.header).find(([name]) => name.toLowerCase() === "dpop-nonce")?.[1]));
    attacker.wx.request({ url: tokenUri, method: "POST", data: form, header, success, fail: reject });
  });
  assert.equal(
    await send(tokenUri, { ...typed, DPoP: own.proof({ uri: tokenUri, nonce: nonced }) }, form),
    "proof_invalid",
  );
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 1);
});

test("a bound session steps up with its proof, and stays bound to its key", async (t) => {
  const shop = await openShop(t, BOUND);
  const phone = shop.phone();
  const client = shop.boundClient(phone);
  await client.get("/bound/orders");
  const sessionNow = async () => claimsIn((await client.authorization())?.split(" ")[1] ?? "");
  const before = await sessionNow();
  shop.pass((FRESH_S + 1) * 1000);
  const arrived = listen(shop, /^\/fresh\/|^\/auth\/me\//);
  assert.equal((await client.post("/fresh/pay", { amount: 5 })).statusCode, 200);
  // For a nonce each may come twice in a row.
  const order = arrived.map(({ url }) => url).filter((url, at, urls) => url !== urls[at - 1]);
  assert.deepEqual(order, ["/fresh/pay", "/auth/me/step-up", "/fresh/pay"]);
  const stepUps = arrived.filter(({ url }) => url === "/auth/me/step-up");
  for (const { claims } of stepUps) {
    assert.deepEqual([claims["htm"], claims["htu"]], ["POST", `${shop.hufu.issuer}/me/step-up`]);
  }
  assert.deepEqual(new Set(arrived.map(({ scheme }) => scheme)), new Set(["DPoP"]));
  assert.equal(new Set(arrived.map(({ claims }) => claims["jti"])).size, arrived.length);
  const after = await sessionNow();
  assert.deepEqual([after["sid"], after["cnf"]], [before["sid"], before["cnf"]]);
  assert.ok(Number(after["auth_time"]) >= Number(before["auth_time"]) + FRESH_S);
  assert.deepEqual(
    shop.handled.slice(1).map(({ url, body }) => [url, body]),
    [["/fresh/pay", '{"amount":5}']],
  );
  assert.equal(phone.counters().logins, 2);
  // The refresh token is bound as before.
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 2);
});

test("an app that begins to use proofs keeps its sessions, and binds one when a guard asks for it", async (t) => {
  const shop = await openShop(t, BOUND);
  const phone = shop.phone();
  await shop.client(phone, { issuer: shop.hufu.issuer }).get("/orders");
  phone.restart();
  const client = shop.boundClient(phone);
  const user = shop.handled[0]?.user ?? "";
  for (let times = 0; times < 2; times += 1) {
    await shop.hufu.stale(user);
    assert.equal((await client.get("/orders")).statusCode, 200);
  }
  assert.equal(phone.counters().logins, 1, "an unbound session refreshes without a proof");
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 2);
  await shop.hufu.stale(user);
  assert.equal((await client.get("/bound/orders")).statusCode, 200);
  assert.equal(phone.counters().logins, 2);
});

test("two runtimes on one storage share the key and the session", async (t) => {
  const shop = await openShop(t, BOUND);
  const one = shop.phone({ user: "alice" });
  const other = shop.phone({ user: "alice", storage: one.storage });
  const [a, b] = [shop.boundClient(one, PATIENT), shop.boundClient(other, PATIENT)];
  await a.get("/bound/a");
  await b.get("/bound/b");
  assert.equal(one.counters().logins + other.counters().logins, 1);
  const user = shop.handled[0]?.user ?? "";
  for (let times = 0; times < 2; times += 1) {
    await shop.hufu.stale(user);
    const answers = await Promise.all([a.get("/bound/a"), b.get("/bound/b")]);
    assert.deepEqual(
      answers.map(({ statusCode }) => statusCode),
      [200, 200],
    );
  }
  // One loses the key and signs in anew; the other finds the new key in storage, and no second sign-in is needed.
  one.restart();
  one.storage.remove(keyOf(one));
  const again = shop.boundClient(one, PATIENT);
  assert.equal((await again.get("/bound/a")).statusCode, 200);
  await shop.hufu.stale(user);
  assert.equal((await b.get("/bound/b")).statusCode, 200);
  assert.equal((await again.get("/bound/a")).statusCode, 200);
  assert.equal(one.counters().logins + other.counters().logins, 2);
  assert.equal((await shop.hufu.sessions.list(user)).length, 1);
});

test("the digest is that of the bytes which the platform sends, for each kind of data", async (t) => {
  const shop = await openShop(t, BOUND);
  const client = shop.boundClient(shop.phone());
  const form = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
  const odd = { name: "张三 📱", half: "\ud83d", amount: 5.0, list: [1, { x: null }], none: undefined };
  for (const [data, header] of [
    [odd, {}],
    ["plain text, 文字 \ud83d", { "content-type": "text/plain" }],
    [{ ...odd, half: "x" }, form],
    [new TextEncoder().encode("bytes").buffer, { "content-type": "application/octet-stream" }],
    [undefined, {}],
    ["", {}],
  ] as const) {
    for (const method of ["POST", "PUT", "DELETE"]) {
      const call = client.request({ url: "/paid/orders", method, data, header });
      assert.equal((await call).statusCode, 200, `${method} ${JSON.stringify(data)}`);
    }
  }
  assert.equal((await client.get("/paid/orders", { page: 2, name: "张三" })).statusCode, 200);
});

test("other request libraries get headers for one request, and learn the nonce", async (t) => {
  const shop = await openShop(t, BOUND);
  const phone = shop.phone();
  const client = shop.boundClient(phone);
  const url = `${ORIGIN}/paid/orders`;
  const data = '{"amount":5}';
  const seen: number[] = [];
  for (let tries = 0; tries < 2; tries += 1) {
    const authorization = (await client.authorization()) ?? "";
    const header = await client.proof.headers({ authorization, url, method: "POST", data });
    assert.match(header["Authorization"] ?? "", /^DPoP /);
    const answer = await new Promise<{ statusCode: number; header: Readonly<Record<string, unknown>> }>(
      (success, fail) => phone.wx.request({ url, method: "POST", data, header, success, fail }),
    );
    client.proof.heard(url, answer.header);
    seen.push(answer.statusCode);
  }
  assert.deepEqual(seen, [401, 200]);
});

interface RandomOptions {
  readonly length: number;
  readonly success: (made: { readonly randomValues: ArrayBuffer }) => void;
}
