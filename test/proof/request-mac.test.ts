// Request MACs with WeChat's key of the user: a guarded route of a whole deployment, on a simulated platform.
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { Hono } from "hono";
import { createGuard } from "hufu/hono";
import { type MacRequest, requestMac } from "../../server/src/proof/mac-client.fixture.ts";
import type { Members } from "../../server/src/proof/proof-client.fixture.ts";
import { createMemoryHotStore } from "../../server/src/store/hot/memory.ts";
import { openStack, type Stack, type StackOptions } from "../stack/stack.fixture.ts";

const PAY = "https://stack.example/pay";
const PATH = "/wxa/business/getuserencryptkey";
const BODY = '{ "amount": 5 }';
const HOUR = 3_600_000;

type Changes = { readonly header?: Members; readonly claims?: Members };

interface Paying {
  readonly stack: Stack;
  readonly access: string;
  /** The answer's status and reason to a MAC; `undefined` = none is sent. */
  send(mac: string | undefined, request?: { readonly body?: string; readonly uri?: string }): Promise<Said>;
  /** A good MAC for a payment of alice, unless it is asked for otherwise. */
  mac(given?: Partial<MacRequest>, changes?: Changes): Promise<string>;
  nonce(): Promise<string>;
  /** How often the platform was asked for keys. */
  lookUps(): number;
}

interface Said {
  readonly said: string;
  readonly headers: Headers;
}

/** `POST /pay` of a deployment, where alice is signed in. */
async function openPaying(t: TestContext, options: StackOptions = {}): Promise<Paying> {
  const stack = await openStack(t, options);
  const { access } = await stack.signIn("alice");
  const app = payingApp(stack.hufu);
  const send: Paying["send"] = (mac, request) => sendTo(app, access, mac, request);
  const nonce = async (): Promise<string> =>
    (await send(undefined)).headers.get("hufu-mac-nonce") ?? assert.fail("no nonce");
  return {
    stack,
    access,
    send,
    nonce,
    mac: async (given = {}, changes = {}) => {
      const key = given.key ?? stack.wechat.userKey({ user: "alice" });
      return requestMac({ uri: PAY, accessToken: access, nonce: await nonce(), body: BODY, ...given, key }, changes);
    },
    lookUps: () => stack.wechat.counters().calls[PATH] ?? 0,
  };
}

function payingApp(hufu: Stack["hufu"]): Hono {
  const app = new Hono();
  const guard = createGuard(hufu);
  app.post("/pay", guard("order:create", { requestMac: true, body: "digest" }), async (c) =>
    c.json({ paid: await c.req.text() }),
  );
  app.post("/plain", guard("order:create", { requestMac: true }), (c) => c.json({}));
  return app;
}

async function sendTo(
  app: Hono,
  access: string,
  mac: string | undefined,
  { body = BODY, uri = PAY }: { readonly body?: string; readonly uri?: string } = {},
): Promise<Said> {
  const headers = { authorization: `Bearer ${access}`, ...(mac === undefined ? {} : { "hufu-mac": mac }) };
  const answer = await app.request(new Request(uri, { method: "POST", body, headers }));
  const json = (await answer.json()) as { readonly reason?: string };
  return { said: [answer.status, json.reason].filter((word) => word !== undefined).join(" "), headers: answer.headers };
}

test("a request with a good MAC passes with its body; the platform is asked once for all of them", async (t) => {
  const { send, mac, lookUps } = await openPaying(t);
  for (let count = 0; count < 5; count += 1) assert.equal((await send(await mac())).said, "200");
  assert.equal(lookUps(), 1);
});

test("without a MAC it is refused, and the refusal brings the nonce and a challenge", async (t) => {
  const { send, lookUps } = await openPaying(t);
  const { said, headers } = await send(undefined);
  assert.equal(said, "401 mac_missing");
  assert.match(headers.get("hufu-mac-nonce") ?? "", /^[\w-]{40}$/);
  assert.equal(headers.get("hufu-reason"), "mac_missing");
  assert.match(headers.get("www-authenticate") ?? "", /^Bearer realm="hufu", error="invalid_mac"/);
  assert.equal(headers.get("access-control-expose-headers"), "Hufu-Mac-Nonce, WWW-Authenticate");
  assert.equal(lookUps(), 0);
});

const WRONG: readonly (readonly [name: string, given: Partial<MacRequest>, changes?: Changes])[] = [
  ["for another method", { method: "PUT" }],
  ["for another address", { uri: "https://stack.example/plain" }],
  ["for another host", { uri: "https://other.example/pay" }],
  ["for another token", { accessToken: "another" }],
  ["without ath", {}, { claims: { ath: undefined } }],
  ["without jti", {}, { claims: { jti: undefined } }],
  ["without iat", {}, { claims: { iat: undefined } }],
  ["that has expired by its own word", {}, { claims: { exp: 1 } }],
  ["over another body", { body: '{ "amount": 6 }' }],
  ["without the digest of the body", {}, { claims: { content_digest: undefined } }],
  ["with alg none", {}, { header: { alg: "none" } }],
  ["with the type of a proof", {}, { header: { typ: "dpop+jwt" } }],
  ["with a critical extension", {}, { header: { crit: ["x"] } }],
  ["without a version", {}, { header: { kid: undefined } }],
  ["with a number as version", {}, { header: { kid: 1 } }],
  ["with an invalid version", {}, { header: { kid: "01" } }],
  ["by another key of that version", { key: { encryptKey: "AAAAAAAAAAAAAAAAAAAAAA==", version: 1 } }],
  ["by a version that the platform never had", { key: { encryptKey: "AAAAAAAAAAAAAAAAAAAAAA==", version: 7 } }],
];

test("what does not fit is mac_invalid", async (t) => {
  const { stack, send, mac } = await openPaying(t);
  assert.equal((await send(await mac())).said, "200");
  for (const [name, given, changes] of WRONG) {
    await stack.pass(1000);
    assert.equal((await send(await mac(given, changes))).said, "401 mac_invalid", name);
  }
  const good = await mac();
  const signed = good.slice(0, good.lastIndexOf("."));
  for (const text of ["x", signed, `${signed}.`, `${signed}.AAAA`, `${good}, ${good}`, "A".repeat(5000), `${good}A`]) {
    assert.equal((await send(text)).said, "401 mac_invalid", text.slice(-20));
  }
  assert.equal((await send(good)).said, "200");
});

test("another user's key opens nothing with this token", async (t) => {
  const { stack, send, mac } = await openPaying(t);
  await stack.signIn("mallory");
  const key = stack.wechat.userKey({ user: "mallory" });
  assert.equal(stack.wechat.userKey({ user: "alice" }).version, key.version);
  assert.equal((await send(await mac({ key }))).said, "401 mac_invalid");
});

test("a MAC counts once, of twenty at the same time too, and for another address never", async (t) => {
  const { send, mac } = await openPaying(t);
  const first = await mac();
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(first)));
  const said = answers.map((answer) => answer.said).sort();
  assert.deepEqual(said, ["200", ...Array.from({ length: 19 }, () => "401 mac_replayed")]);
  const other = await mac({ body: undefined });
  assert.equal((await send(other, { uri: "https://stack.example/plain" })).said, "401 mac_invalid");
});

test("two nodes on one store accept a MAC once, and each asks the platform for itself", async (t) => {
  const { stack, access, mac, lookUps } = await openPaying(t);
  const apps = [payingApp(stack.hufu), payingApp(await stack.node())];
  const one = await mac();
  const answers = await Promise.all(apps.map((app) => sendTo(app, access, one)));
  assert.deepEqual(answers.map(({ said }) => said).sort(), ["200", "401 mac_replayed"]);
  assert.equal(lookUps(), 2);
});

test("a nonce is wanted, has the server's time, is no proof's, and an answer brings the next one", async (t) => {
  const { stack, send, mac, nonce } = await openPaying(t);
  const old = await nonce();
  for (const wrong of [undefined, "made up", "A".repeat(40)]) {
    const { said, headers } = await send(await mac({}, { claims: { nonce: wrong } }));
    assert.equal(said, "401 mac_nonce");
    assert.match(headers.get("www-authenticate") ?? "", /error="use_mac_nonce"/);
  }
  // A phone's clock may be a day off.
  assert.equal((await send(await mac({}, { claims: { iat: 1 } }))).said, "200");
  await stack.pass(61_000);
  const aged = await send(await mac({ nonce: old }));
  assert.equal(aged.said, "200");
  const next = aged.headers.get("hufu-mac-nonce") ?? assert.fail("no next nonce");
  await stack.pass(180_000);
  assert.equal((await send(await mac({ nonce: old }))).said, "401 mac_nonce");
  assert.notEqual(next, old);
});

test("a newer key of the phone is found by one question; the older ones stay in use until their end", async (t) => {
  const { stack, lookUps } = await openPaying(t);
  const app = payingApp(stack.hufu);
  const first = stack.wechat.userKey({ user: "alice" });
  /** A new access token, because hours pass here. */
  const send = async (key = stack.wechat.userKey({ user: "alice" })): Promise<string> => {
    const { access } = await stack.signIn("alice");
    const { headers } = await sendTo(app, access, undefined);
    const nonce = headers.get("hufu-mac-nonce") ?? assert.fail("no nonce");
    return (await sendTo(app, access, requestMac({ uri: PAY, accessToken: access, nonce, body: BODY, key }))).said;
  };
  assert.equal(await send(), "200");
  await stack.pass(HOUR / 2);
  stack.wechat.rotateUserKey({ user: "alice" });
  assert.deepEqual([await send(), await send(first), lookUps()], ["200", "200", 2]);
  await stack.pass(HOUR / 2 - 10_000);
  assert.deepEqual([await send(first), lookUps()], ["200", 2]);
  await stack.pass(10_000);
  assert.deepEqual([await send(first), await send(), lookUps()], ["401 mac_invalid", "200", 3]);
});

test("the fourth newest key is refused", async (t) => {
  const { stack, send, mac } = await openPaying(t);
  const first = stack.wechat.userKey({ user: "alice" });
  for (let count = 0; count < 3; count += 1) stack.wechat.rotateUserKey({ user: "alice" });
  assert.equal((await send(await mac({ key: first }))).said, "401 mac_invalid");
  assert.equal((await send(await mac())).said, "200");
});

test("however many unknown versions are named, the platform is asked once a second for a user", async (t) => {
  const { stack, send, mac, lookUps } = await openPaying(t);
  const unknown = async (version: number): Promise<string> =>
    (await send(await mac({ key: { encryptKey: "AAAAAAAAAAAAAAAAAAAAAA==", version } }))).said;
  const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => unknown(100 + at)));
  assert.equal(lookUps(), 1);
  // Who asked knows; what came meanwhile may be newer than the answer, and is not called wrong.
  assert.equal(answers.filter((said) => said === "401 mac_invalid").length, 1);
  assert.equal(answers.filter((said) => said === "429 rate_limited").length, 9);
  assert.equal(await unknown(200), "429 rate_limited");
  await stack.pass(1000);
  assert.equal(await unknown(200), "401 mac_invalid");
  assert.equal(lookUps(), 2);
});

test("a platform that fails is 503 and never a wrong MAC; known keys go on counting; then the breaker opens", async (t) => {
  const { stack, send, mac, lookUps } = await openPaying(t);
  stack.wechat.fault({ path: PATH, kind: "http-500", times: 1 });
  assert.equal((await send(await mac())).said, "503 platform_unavailable");
  assert.equal((await send(await mac())).said, "503 platform_unavailable", "asked a moment ago");
  await stack.pass(1000);
  assert.equal((await send(await mac())).said, "200");
  const before = lookUps();
  const known = stack.wechat.userKey({ user: "alice" });
  stack.wechat.rotateUserKey({ user: "alice" });
  stack.wechat.fault({ path: PATH, kind: "errcode", errcode: -1, times: 9 });
  for (let count = 0; count < 9; count += 1) {
    await stack.pass(1000);
    assert.equal((await send(await mac())).said, "503 platform_unavailable");
    assert.equal((await send(await mac({ key: known }))).said, "200");
  }
  assert.equal(lookUps() - before, 5);
  stack.wechat.clearFaults();
  await stack.pass(10_000);
  assert.equal((await send(await mac())).said, "200");
});

test("a session_key that WeChat no longer takes: the user has to sign in again, and then it works", async (t) => {
  const { stack, send, mac } = await openPaying(t);
  // The page has called wx.login by itself, and has not sent the code to the server.
  stack.wechat.issueCode({ user: "alice" });
  assert.equal((await send(await mac())).said, "401 session_key_stale");
  const { access } = await stack.signIn("alice");
  await stack.pass(1000);
  const again = await sendTo(payingApp(stack.hufu), access, await mac({ accessToken: access }));
  assert.equal(again.said, "200");
});

test("a store of used MACs that lost its content makes a new nonce necessary; one that is away is 503", async (t) => {
  const { stack, access, mac, nonce } = await openPaying(t);
  const old = await nonce();
  const emptied = payingApp(await stack.node({ hot: createMemoryHotStore({ clock: stack.clock }) }));
  assert.equal((await sendTo(emptied, access, await mac({ nonce: old }))).said, "401 mac_nonce");
  const away = async (): Promise<never> => {
    throw new Error("the store of used proofs is away");
  };
  const hot = { ...createMemoryHotStore({ clock: stack.clock }), openWindow: away, claimIn: away };
  const broken = payingApp(await stack.node({ hot }));
  assert.equal((await sendTo(broken, access, await mac({ nonce: old }))).said, "503 store_unavailable");
});

test("a session that is kicked while the platform is asked for the key does not pass", async (t) => {
  let kick = async (): Promise<void> => undefined;
  const { stack, access, send, mac } = await openPaying(t, {
    fetch: async (url, init) => {
      if (String(url).includes(PATH)) await kick();
      return fetch(url, init);
    },
  });
  const { sid } = await stack.hufu.verifier.check(`Bearer ${access}`);
  kick = async () => void (await stack.hufu.sessions.kick(sid ?? ""));
  assert.equal((await send(await mac())).said, "401 token_revoked");
});

test("no key of WeChat's is logged or stored", async (t) => {
  const { stack, send, mac } = await openPaying(t);
  assert.equal((await send(await mac())).said, "200");
  await send(await mac({ body: "x" }));
  const { encryptKey, iv } = stack.wechat.userKey({ user: "alice" });
  for (const secret of [encryptKey, iv]) {
    assert.ok(!stack.logged.join("\n").includes(secret));
    assert.ok(!stack.bytes().includes(secret));
  }
});
