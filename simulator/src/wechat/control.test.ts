import assert from "node:assert/strict";
import { test } from "node:test";
import { startBench, textOf } from "./simulated-wechat.fixture.ts";

const ROOT = "/_simulator";

test("POST codes issues a code for a named user of the first app, or of the app that is named", async (t) => {
  const { wechat, post, exchange } = await startBench(t);
  const first = textOf(await post(`${ROOT}/codes`, { user: "alice" }), "code");
  assert.equal((await exchange(first)).json["openid"], wechat.openid({ user: "alice" }));
  const second = textOf(await post(`${ROOT}/codes`, { user: "alice", appId: "wx-two" }), "code");
  const got = await exchange(second, { appid: "wx-two", secret: "secret-of-two" });
  assert.equal(got.json["openid"], wechat.openid({ appId: "wx-two", user: "alice" }));
});

test("POST phone-codes issues a phone code", async (t) => {
  const { post, token } = await startBench(t);
  const code = textOf(await post(`${ROOT}/phone-codes`, { user: "alice", number: "13800000000" }), "code");
  const got = await post("/wxa/business/getuserphonenumber", { code }, { access_token: await token() });
  assert.equal(got.json["errcode"], 0);
});

test("POST users marks a user high risk", async (t) => {
  const { wechat, post, exchange } = await startBench(t);
  assert.equal((await post(`${ROOT}/users`, { user: "mallory", highRisk: true })).status, 200);
  assert.equal((await exchange(wechat.issueCode({ user: "mallory" }))).json["errcode"], 40226);
});

test("POST faults orders a fault, DELETE faults forgets them, of one path or all", async (t) => {
  const { post, get, exchange } = await startBench(t);
  const order = { path: "/sns/jscode2session", kind: "busy", times: 3 };
  assert.equal((await post(`${ROOT}/faults`, order)).status, 200);
  assert.equal((await exchange("nonsense")).json["errcode"], -1);
  const elsewhere = await get(`${ROOT}/faults`, { path: "/cgi-bin/token" }, { method: "DELETE" });
  assert.deepEqual(elsewhere.json, { cleared: 0 });
  assert.deepEqual((await get(`${ROOT}/faults`, {}, { method: "DELETE" })).json, { cleared: 2 });
  assert.equal((await exchange("nonsense")).json["errcode"], 40029);
});

test("GET _simulator explains itself, and every curl line that it shows works", async (t) => {
  const { get, post, url } = await startBench(t);
  await get("/cgi-bin/token");
  const got = await get(ROOT);
  assert.match(got.text, /\/cgi-bin\/token {2}1\n/);
  assert.match(got.text, /Not for production/);
  const shown = [...got.text.matchAll(/curl (\S+) -d '(.*)'/g)];
  assert.ok(shown.length >= 6);
  for (const [, target = "", body = ""] of shown) {
    assert.ok(target.startsWith(url));
    assert.equal((await post(target.slice(url.length), body)).status, 200, body);
  }
});

test("bad input is told 400 and what is wrong with it", async (t) => {
  const { post, get } = await startBench(t);
  const fault = { path: "/sns/jscode2session" };
  const wrong: [string, unknown, RegExp][] = [
    ["codes", "", /not JSON/],
    ["codes", "user=alice", /not JSON/],
    ["codes", "[]", /expected object/],
    ["codes", {}, /user/],
    ["codes", { user: 7 }, /user/],
    ["codes", { user: "" }, /1 to 128/],
    ["codes", { user: "x".repeat(129) }, /1 to 128/],
    ["codes", { user: "alice", appId: "wx-none" }, /appId/],
    ["codes", { user: "alice", appid: "wx-one" }, /appid/],
    ["phone-codes", { user: "alice", number: "+1 555" }, /number/],
    ["phone-codes", { user: "alice", number: "5550000", countryCode: "0" }, /countryCode/],
    ["users", { user: "alice" }, /highRisk/],
    ["users", { user: "", highRisk: true }, /1 to 128/],
    ["faults", { ...fault, kind: "gremlin" }, /kind/],
    ["faults", { ...fault, kind: "slow" }, /delayMs/],
    ["faults", { ...fault, kind: "slow", delayMs: 1, when: "after" }, /when/],
    ["faults", { ...fault, kind: "busy", times: 0 }, /times/],
    ["faults", { path: "/elsewhere", kind: "busy" }, /path/],
  ];
  for (const [name, body, message] of wrong) {
    const got = await post(`${ROOT}/${name}`, body);
    assert.equal(got.status, 400, JSON.stringify(body));
    assert.match(textOf(got, "error"), message);
  }
  assert.equal((await get(`${ROOT}/faults`, { path: "/elsewhere" }, { method: "DELETE" })).status, 400);
});

test("other methods, other paths and long bodies are refused", async (t) => {
  const { get, post } = await startBench(t);
  assert.equal((await get(`${ROOT}/codes`)).status, 405);
  assert.equal((await post(ROOT, {})).status, 405);
  assert.equal((await get(`${ROOT}/nothing`)).status, 404);
  assert.equal((await get("/cgi-bin/nothing")).status, 404);
  assert.equal((await post(`${ROOT}/codes`, { user: "x".repeat(64 * 1024) })).status, 413);
});

test("without a listed app the appId must be named", async (t) => {
  const { post } = await startBench(t, { apps: [], anyApp: true });
  assert.equal((await post(`${ROOT}/codes`, { user: "alice" })).status, 400);
  assert.equal((await post(`${ROOT}/codes`, { user: "alice", appId: "wx-any" })).status, 200);
});
