import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedUserKey } from "../issued/user-keys.ts";
import { APP, type Bench, MINUTE, signatureOf, startBench, textOf } from "../simulated-wechat.fixture.ts";

const PATH = "/wxa/business/getuserencryptkey";
const ALICE = { user: "alice" };

async function signIn({ wechat, exchange }: Bench): Promise<string> {
  return textOf(await exchange(wechat.issueCode(ALICE)), "session_key");
}

async function query(bench: Bench, sessionKey: string, openid = bench.wechat.openid(ALICE)) {
  return { access_token: await bench.token(), openid, signature: signatureOf(sessionKey), sig_method: "hmac_sha256" };
}

async function listed(bench: Bench, sessionKey: string): Promise<readonly ListedUserKey[]> {
  const got = await bench.post(PATH, "", await query(bench, sessionKey));
  assert.equal(got.json["errcode"], 0, got.text);
  return got.json["key_info_list"] as readonly ListedUserKey[];
}

test("server and phone see one key, of 16 bytes, for an hour; a user whose phones never asked has none", async (t) => {
  const bench = await startBench(t);
  const sessionKey = await signIn(bench);
  assert.deepEqual(await listed(bench, sessionKey), []);
  const key = bench.wechat.userKey(ALICE);
  assert.equal(Buffer.from(key.encryptKey, "base64").length, 16);
  assert.match(key.iv, /^[0-9a-f]{16}$/);
  const [only] = await listed(bench, sessionKey);
  assert.deepEqual([only?.encrypt_key, only?.iv, only?.version], [key.encryptKey, key.iv, key.version]);
  assert.equal(only?.expire_in, 3600);
  assert.equal((only?.create_time ?? 0) * 1000 + 60 * MINUTE, key.expireTime);
  assert.deepEqual(bench.wechat.userKey(ALICE), key);
});

test("the newest three are listed, the newest first; an expired one with 0 seconds", async (t) => {
  const bench = await startBench(t);
  const sessionKey = await signIn(bench);
  bench.wechat.userKey(ALICE);
  for (let count = 0; count < 3; count += 1) {
    bench.pass(30 * MINUTE);
    bench.wechat.rotateUserKey(ALICE);
  }
  const keys = await listed(bench, sessionKey);
  assert.deepEqual(
    keys.map((key) => [key.version, key.expire_in]),
    [
      [4, 3600],
      [3, 1800],
      [2, 0],
    ],
  );
  bench.pass(60 * MINUTE);
  assert.equal(bench.wechat.userKey(ALICE).version, 5);
});

test("keys are a user's, in one app", async (t) => {
  const { wechat } = await startBench(t);
  const keys = [ALICE, { user: "bob" }, { user: "alice", appId: "wx-two" }].map((whose) => wechat.userKey(whose));
  assert.equal(new Set(keys.map(({ encryptKey }) => encryptKey)).size, 3);
});

test("40003, 87007, 87008, 87009: as the other calls that a session_key signs", async (t) => {
  const bench = await startBench(t);
  const good = await query(bench, await signIn(bench));
  const ask = async (over: Readonly<Record<string, string>>) =>
    (await bench.post(PATH, "", { ...good, ...over })).json["errcode"];
  assert.equal(await ask({}), 0);
  assert.equal(await ask({ openid: "nobody" }), 40003);
  assert.equal(await ask({ openid: bench.wechat.openid({ user: "alice", appId: "wx-two" }) }), 40003);
  assert.equal(await ask({ openid: bench.wechat.openid({ user: "bob" }) }), 87007);
  assert.equal(await ask({ sig_method: "md5" }), 87008);
  assert.equal(await ask({ signature: "00" }), 87009);
  assert.equal(await ask({ access_token: "short" }), 40014);
  bench.wechat.issueCode(ALICE);
  assert.equal(await ask({}), 87009);
});

test("43002 for GET; 87009 for any body, even {}; 40003 for parameters in the body", async (t) => {
  const bench = await startBench(t);
  const good = await query(bench, await signIn(bench));
  const { access_token, ...rest } = good;
  assert.equal((await bench.get(PATH, good)).json["errcode"], 43002);
  assert.equal((await bench.post(PATH, {}, good)).json["errcode"], 87009);
  assert.equal((await bench.post(PATH, rest, { access_token })).json["errcode"], 40003);
});

test("the control endpoint gives a phone's key, and a newer one", async (t) => {
  const { wechat, post } = await startBench(t);
  const asked = { appId: APP, ...ALICE };
  assert.deepEqual((await post("/_simulator/user-keys", asked)).json, wechat.userKey(ALICE));
  const newer = await post("/_simulator/user-keys", { ...asked, rotate: true });
  assert.equal(newer.json["version"], 2);
  assert.deepEqual(newer.json, wechat.userKey(ALICE));
});
