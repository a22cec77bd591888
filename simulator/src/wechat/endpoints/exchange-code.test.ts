import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulatedWeChat } from "../create-simulated-wechat.ts";
import { APP, APPS, MINUTE, SECRET, startBench, textOf } from "../simulated-wechat.fixture.ts";

test("success carries session_key and openid but no errcode", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const got = await exchange(wechat.issueCode({ appId: "wx-lone", user: "alice" }), {
    appid: "wx-lone",
    secret: "secret-of-lone",
  });
  assert.equal(got.status, 200);
  assert.deepEqual(Object.keys(got.json).sort(), ["openid", "session_key"]);
});

test("the answer is JSON under text/plain, on success and on error", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  assert.equal((await exchange(code)).contentType, "text/plain");
  assert.equal((await exchange(code)).contentType, "text/plain");
});

test("unionid is there only if the app is bound to an Open Platform account, and is one for all of its apps", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const one = await exchange(wechat.issueCode({ appId: "wx-one", user: "alice" }));
  const two = await exchange(wechat.issueCode({ appId: "wx-two", user: "alice" }), {
    appid: "wx-two",
    secret: "secret-of-two",
  });
  assert.equal(textOf(one, "unionid"), textOf(two, "unionid"));
  assert.equal(one.json["unionid"], wechat.unionid({ user: "alice" }));
  assert.notEqual(one.json["openid"], two.json["openid"]);
  assert.equal(wechat.unionid({ appId: "wx-lone", user: "alice" }), undefined);
});

test("an openid is 28 characters, differs by app and by user, and survives a restart", () => {
  const before = createSimulatedWeChat({ apps: APPS });
  const after = createSimulatedWeChat({ apps: APPS });
  const alice = before.openid({ appId: APP, user: "alice" });
  assert.match(alice, /^o[\w-]{27}$/);
  assert.equal(after.openid({ appId: APP, user: "alice" }), alice);
  assert.notEqual(before.openid({ appId: APP, user: "bob" }), alice);
  assert.notEqual(before.openid({ appId: "wx-two", user: "alice" }), alice);
});

test("a session_key is 16 bytes in base64", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const key = textOf(await exchange(wechat.issueCode({ user: "alice" })), "session_key");
  assert.equal(Buffer.from(key, "base64").length, 16);
  assert.equal(key.length, 24);
});

test("errors come with HTTP 200 and an errmsg whose rid is never the same", async (t) => {
  const { exchange } = await startBench(t);
  const [first, second] = [await exchange("nonsense"), await exchange("nonsense")];
  assert.equal(first.status, 200);
  assert.match(textOf(first, "errmsg"), /^invalid code, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/);
  assert.notEqual(first.json["errmsg"], second.json["errmsg"]);
});

test("40163: a code is used once", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  assert.equal((await exchange(code)).json["openid"], wechat.openid({ user: "alice" }));
  assert.equal((await exchange(code)).json["errcode"], 40163);
});

test("of many exchanges of one code at the same time exactly one succeeds", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  const all = await Promise.all(Array.from({ length: 10 }, () => exchange(code)));
  assert.equal(all.filter(({ json }) => json["openid"] !== undefined).length, 1);
  assert.equal(all.filter(({ json }) => json["errcode"] === 40163).length, 9);
});

test("40029: a code lives for five minutes", async (t) => {
  const { wechat, exchange, pass } = await startBench(t);
  const [early, late] = [wechat.issueCode({ user: "alice" }), wechat.issueCode({ user: "alice" })];
  pass(5 * MINUTE - 1);
  assert.equal((await exchange(early)).json["errcode"], undefined);
  pass(1);
  assert.equal((await exchange(late)).json["errcode"], 40029);
});

test("40029: a code of another app is invalid, and is not used up", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const code = wechat.issueCode({ appId: "wx-one", user: "alice" });
  const other = { appid: "wx-two", secret: "secret-of-two" };
  assert.equal((await exchange(code, other)).json["errcode"], 40029);
  assert.equal((await exchange(code)).json["errcode"], undefined);
});

test("40029: a code that was never issued is invalid", async (t) => {
  const { exchange } = await startBench(t);
  for (const code of ["nonsense", "0".repeat(32), "码", "x".repeat(4000)]) {
    assert.equal((await exchange(code)).json["errcode"], 40029);
  }
});

test("40226: a user of high risk is blocked, until no longer", async (t) => {
  const { wechat, exchange } = await startBench(t);
  wechat.setUser({ user: "mallory", highRisk: true });
  assert.equal((await exchange(wechat.issueCode({ user: "mallory" }))).json["errcode"], 40226);
  assert.equal((await exchange(wechat.issueCode({ user: "alice" }))).json["errcode"], undefined);
  wechat.setUser({ user: "mallory", highRisk: false });
  assert.equal((await exchange(wechat.issueCode({ user: "mallory" }))).json["errcode"], undefined);
});

test("45011: a user exchanges at most 100 times a minute; the code is not used up, other users go on", async (t) => {
  const { wechat, exchange, pass } = await startBench(t);
  for (let i = 0; i < 100; i++) {
    assert.equal((await exchange(wechat.issueCode({ user: "alice" }))).json["errcode"], undefined);
  }
  const code = wechat.issueCode({ user: "alice" });
  assert.equal((await exchange(code)).json["errcode"], 45011);
  assert.equal((await exchange(wechat.issueCode({ user: "bob" }))).json["errcode"], undefined);
  pass(MINUTE);
  assert.equal((await exchange(code)).json["errcode"], undefined);
});

test("40013 and 40125: a wrong appid, a wrong secret; the code is not used up", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  assert.equal((await exchange(code, { appid: "wx-none" })).json["errcode"], 40013);
  assert.equal((await exchange(code, { secret: "wrong" })).json["errcode"], 40125);
  assert.equal((await exchange(code)).json["errcode"], undefined);
});

test("41002, 41004, 41008: what is missing", async (t) => {
  const { wechat, exchange, get } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  assert.equal((await exchange(code, { appid: "" })).json["errcode"], 41002);
  assert.equal((await exchange(code, { secret: "" })).json["errcode"], 41004);
  assert.equal((await exchange("")).json["errcode"], 41008);
  assert.equal((await get("/sns/jscode2session")).json["errcode"], 41002);
  assert.equal((await get("/sns/jscode2session", { appid: APP })).json["errcode"], 41004);
  assert.equal((await get("/sns/jscode2session", { appid: APP, secret: SECRET })).json["errcode"], 41008);
});

test("40002: grant_type must be authorization_code", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const got = await exchange(wechat.issueCode({ user: "alice" }), { grant_type: "client_credential" });
  assert.equal(got.json["errcode"], 40002);
});

test("a POST is told 41002, appid missing", async (t) => {
  const { wechat, post, exchange } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  const fields = { appid: APP, secret: SECRET, js_code: code, grant_type: "authorization_code" };
  assert.equal((await post("/sns/jscode2session", fields)).json["errcode"], 41002);
  assert.equal((await post("/sns/jscode2session", "", fields)).json["errcode"], 41002);
  assert.equal((await exchange(code)).json["errcode"], undefined);
});

test("no access_token is needed, and one in the query is ignored", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const got = await exchange(wechat.issueCode({ user: "alice" }), { access_token: "whatever" });
  assert.equal(got.json["openid"], wechat.openid({ user: "alice" }));
});

test("by default every new code brings a new session_key", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const first = await exchange(wechat.issueCode({ user: "alice" }));
  const second = await exchange(wechat.issueCode({ user: "alice" }));
  assert.notEqual(textOf(first, "session_key"), textOf(second, "session_key"));
});

test("a session_key younger than the period survives a new code", async (t) => {
  const { wechat, exchange, pass } = await startBench(t, { sessionKeyPeriodMs: 10 * MINUTE });
  const key = async () => textOf(await exchange(wechat.issueCode({ user: "alice" })), "session_key");
  const first = await key();
  pass(10 * MINUTE - 1);
  assert.equal(await key(), first);
  pass(1);
  assert.notEqual(await key(), first);
});

test("two codes of one user give one session_key: there is never more than one valid", async (t) => {
  const { wechat, exchange } = await startBench(t);
  const [a, b] = [wechat.issueCode({ user: "alice" }), wechat.issueCode({ user: "alice" })];
  assert.equal(textOf(await exchange(a), "session_key"), textOf(await exchange(b), "session_key"));
});
