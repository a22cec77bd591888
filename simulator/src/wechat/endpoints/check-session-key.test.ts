import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { systemRandom } from "../../random.ts";
import { createAccessTokens } from "../issued/access-tokens.ts";
import { createSessionKeys } from "../issued/session-keys.ts";
import { createPeople } from "../people.ts";
import { APP, type Bench, MINUTE, signatureOf, startBench, textOf } from "../simulated-wechat.fixture.ts";
import { createResetSessionKey } from "./check-session-key.ts";

async function signIn({ wechat, exchange }: Bench): Promise<string> {
  return textOf(await exchange(wechat.issueCode({ user: "alice" })), "session_key");
}

async function proof({ wechat, token }: Bench, sessionKey: string | Buffer): Promise<Record<string, string>> {
  const openid = wechat.openid({ user: "alice" });
  return { access_token: await token(), openid, signature: signatureOf(sessionKey), sig_method: "hmac_sha256" };
}

test("the HMAC key is the base64 text itself: the documentation's vector", () => {
  // @see docs/reference/wechat.md §2; a published sample, not a key of anybody.
  const signature = createHmac("sha256", "o0q0otL8aEzpcZL/FT9WsQ==").update('{"foo":"bar"}').digest("hex");
  assert.equal(signature, "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b");
});

test("checksession says ok to the valid key, in hex of either case", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, await signIn(bench));
  const got = await bench.get("/wxa/checksession", query);
  assert.deepEqual(got.json, { errcode: 0, errmsg: "ok" });
  const upper = { ...query, signature: String(query["signature"]).toUpperCase() };
  assert.equal((await bench.get("/wxa/checksession", upper)).json["errcode"], 0);
});

test("87009: a signature under the decoded bytes is wrong", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, Buffer.from(await signIn(bench), "base64"));
  assert.equal((await bench.get("/wxa/checksession", query)).json["errcode"], 87009);
});

test("87009: a new code makes the key before it stale, even before it is exchanged", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, await signIn(bench));
  bench.wechat.issueCode({ user: "alice" });
  assert.equal((await bench.get("/wxa/checksession", query)).json["errcode"], 87009);
});

test("87009: without a signature", async (t) => {
  const bench = await startBench(t);
  const { signature: _, ...query } = await proof(bench, await signIn(bench));
  assert.equal((await bench.get("/wxa/checksession", query)).json["errcode"], 87009);
});

test("87008: another sig_method", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, await signIn(bench));
  assert.equal((await bench.get("/wxa/checksession", { ...query, sig_method: "md5" })).json["errcode"], 87008);
});

test("87007: a user who never signed in, and a key that has expired", async (t) => {
  const bench = await startBench(t, { sessionKeyLifeMs: 10 * MINUTE });
  assert.equal((await bench.get("/wxa/checksession", await proof(bench, "none"))).json["errcode"], 87007);
  const query = await proof(bench, await signIn(bench));
  bench.pass(10 * MINUTE - 1);
  assert.equal((await bench.get("/wxa/checksession", query)).json["errcode"], 0);
  bench.pass(1);
  assert.equal((await bench.get("/wxa/checksession", query)).json["errcode"], 87007);
});

test("40003: no openid of this app", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, await signIn(bench));
  const elsewhere = bench.wechat.openid({ appId: "wx-two", user: "alice" });
  for (const openid of ["", "nobody", elsewhere, `${query["openid"]}x`, `o${"A".repeat(27)}`]) {
    assert.equal((await bench.get("/wxa/checksession", { ...query, openid })).json["errcode"], 40003, openid);
  }
});

test("40003: parameters in the body do not count", async (t) => {
  const bench = await startBench(t);
  const { access_token, ...body } = await proof(bench, await signIn(bench));
  const got = await bench.post("/wxa/checksession", body, { access_token: String(access_token) });
  assert.equal(got.json["errcode"], 40003);
});

test("resetusersessionkey gives a new key, and the old one dies", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, await signIn(bench));
  const got = await bench.get("/wxa/resetusersessionkey", query);
  assert.equal(got.json["errcode"], 0);
  assert.equal(got.json["openid"], bench.wechat.openid({ appId: APP, user: "alice" }));
  assert.equal((await bench.get("/wxa/checksession", query)).json["errcode"], 87009);
  const renewed = await proof(bench, textOf(got, "session_key"));
  assert.equal((await bench.get("/wxa/checksession", renewed)).json["errcode"], 0);
});

test("a key from a reset inherits the end of the old one", async (t) => {
  const bench = await startBench(t, { sessionKeyLifeMs: 10 * MINUTE });
  const query = await proof(bench, await signIn(bench));
  bench.pass(9 * MINUTE);
  const renewed = await proof(bench, textOf(await bench.get("/wxa/resetusersessionkey", query), "session_key"));
  bench.pass(MINUTE - 1);
  assert.equal((await bench.get("/wxa/checksession", renewed)).json["errcode"], 0);
  bench.pass(1);
  assert.equal((await bench.get("/wxa/checksession", renewed)).json["errcode"], 87007);
});

test("resetusersessionkey refuses as checksession does", async (t) => {
  const bench = await startBench(t);
  const query = await proof(bench, await signIn(bench));
  const reset = async (over: Record<string, string>) =>
    (await bench.get("/wxa/resetusersessionkey", { ...query, ...over })).json["errcode"];
  assert.equal(await reset({ signature: "00" }), 87009);
  assert.equal(await reset({ sig_method: "" }), 87008);
  assert.equal(await reset({ openid: "nobody" }), 40003);
  assert.equal(await reset({ access_token: "short" }), 40014);
  assert.equal(await reset({}), 0);
});

test("45011: an app resets at most 60,000 times a minute", () => {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const tokens = createAccessTokens(clock, systemRandom);
  const people = createPeople();
  const sessionKeys = createSessionKeys(clock, systemRandom, { periodMs: 0, lifeMs: 10 * MINUTE });
  const reset = createResetSessionKey({ tokens, people, sessionKeys }, clock);
  const { openid } = people.meet({ appId: APP }, "alice");
  const access_token = tokens.renew(APP).access_token;
  const call = () => {
    const signature = signatureOf(sessionKeys.currentOrNew(openid));
    const query = new URLSearchParams({ access_token, openid, signature, sig_method: "hmac_sha256" });
    return reset({ method: "GET", query, body: "" });
  };
  for (let i = 0; i < 60_000; i++) assert.equal(typeof call(), "object");
  assert.equal(call(), 45011);
  now += MINUTE;
  assert.equal(typeof call(), "object");
});
