import assert from "node:assert/strict";
import { test } from "node:test";
import { APP, MINUTE, startBench } from "../simulated-wechat.fixture.ts";

const PATH = "/wxa/business/getuserphonenumber";
const ALICE = { user: "alice", number: "13800000000" } as const;

test("the number comes with a watermark of the app and the time in seconds", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const got = await post(PATH, { code: wechat.issuePhoneCode(ALICE) }, { access_token: await token() });
  assert.equal(got.contentType, "application/json");
  assert.deepEqual(got.json, {
    errcode: 0,
    errmsg: "ok",
    phone_info: {
      phoneNumber: "13800000000",
      purePhoneNumber: "13800000000",
      countryCode: 86,
      watermark: { timestamp: Date.UTC(2026, 0, 5, 12) / 1000, appid: APP },
    },
  });
});

test("a foreign number carries its area code, and countryCode is text", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const code = wechat.issuePhoneCode({ user: "alice", number: "60000000", countryCode: "852" });
  const got = await post(PATH, { code }, { access_token: await token() });
  assert.match(got.text, /"phoneNumber":"85260000000","purePhoneNumber":"60000000","countryCode":"852"/);
});

test("40029: a phone code is used once and lives for five minutes", async (t) => {
  const { wechat, post, token, pass } = await startBench(t);
  const query = { access_token: await token() };
  const [first, second] = [wechat.issuePhoneCode(ALICE), wechat.issuePhoneCode(ALICE)];
  pass(5 * MINUTE - 1);
  assert.equal((await post(PATH, { code: first }, query)).json["errcode"], 0);
  assert.equal((await post(PATH, { code: first }, query)).json["errcode"], 40029);
  pass(1);
  assert.equal((await post(PATH, { code: second }, query)).json["errcode"], 40029);
});

test("40029: a login code is no phone code, and a phone code is no login code", async (t) => {
  const { wechat, post, token, exchange } = await startBench(t);
  const query = { access_token: await token() };
  assert.equal((await post(PATH, { code: wechat.issueCode({ user: "alice" }) }, query)).json["errcode"], 40029);
  assert.equal((await exchange(wechat.issuePhoneCode(ALICE))).json["errcode"], 40029);
});

test("the platform itself checks that the code belongs to the openid, if one is sent", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const query = { access_token: await token() };
  const code = wechat.issuePhoneCode(ALICE);
  const [bob, alice] = [wechat.openid({ user: "bob" }), wechat.openid({ user: "alice" })];
  assert.equal((await post(PATH, { code, openid: bob }, query)).json["errcode"], 40029);
  assert.equal((await post(PATH, { code, openid: alice }, query)).json["errcode"], 0);
});

test("40013: the code belongs to another app", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const code = wechat.issuePhoneCode(ALICE);
  assert.equal((await post(PATH, { code }, { access_token: await token("wx-two") })).json["errcode"], 40013);
  assert.equal((await post(PATH, { code }, { access_token: await token() })).json["errcode"], 0);
});

test("47001: the body must be a JSON object", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const query = { access_token: await token() };
  for (const body of [`code=${wechat.issuePhoneCode(ALICE)}`, "{", "[]", '"text"', "null"]) {
    assert.equal((await post(PATH, body, query)).json["errcode"], 47001, body);
  }
});

test("40029: a code in the query does not count", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const query = { access_token: await token(), code: wechat.issuePhoneCode(ALICE) };
  assert.equal((await post(PATH, "", query)).json["errcode"], 40029);
  assert.equal((await post(PATH, {}, query)).json["errcode"], 40029);
});

test("40014 without an access_token; the code is not used up", async (t) => {
  const { wechat, post, token } = await startBench(t);
  const code = wechat.issuePhoneCode(ALICE);
  assert.equal((await post(PATH, { code })).json["errcode"], 40014);
  assert.equal((await post(PATH, { code }, { access_token: await token() })).json["errcode"], 0);
});

test("a body beyond 64 KiB is refused with 413", async (t) => {
  const { post } = await startBench(t);
  assert.equal((await post(PATH, "x".repeat(64 * 1024 + 1))).status, 413);
});
