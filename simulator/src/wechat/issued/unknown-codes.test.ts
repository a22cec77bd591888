import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulatedWeChat } from "../create-simulated-wechat.ts";
import { APP, MINUTE, startBench } from "../simulated-wechat.fixture.ts";

const UNKNOWN = { user: "developer", phoneNumber: "13800000000" } as const;

test("codes that it never issued are those of one stable user, each once", async (t) => {
  const { wechat, exchange, pass } = await startBench(t, { unknownCodes: UNKNOWN });
  const developer = wechat.openid({ user: "developer" });
  assert.equal((await exchange("from-devtools-1")).json["openid"], developer);
  assert.equal((await exchange("from-devtools-2")).json["openid"], developer);
  pass(10 * MINUTE);
  assert.equal((await exchange("from-devtools-1")).json["errcode"], 40163);
});

test("its own codes keep their user, and its expired ones are no strangers", async (t) => {
  const { wechat, exchange, pass } = await startBench(t, { unknownCodes: UNKNOWN });
  const [fresh, expired] = [wechat.issueCode({ user: "alice" }), wechat.issueCode({ user: "alice" })];
  assert.equal((await exchange(fresh)).json["openid"], wechat.openid({ user: "alice" }));
  pass(5 * MINUTE);
  wechat.issueCode({ user: "bob" });
  assert.equal(wechat.counters().codesHeld, 1);
  assert.equal((await exchange(expired)).json["errcode"], 40029);
});

test("unknown phone codes give the development number, each once; a login code is still no phone code", async (t) => {
  const { wechat, post, token } = await startBench(t, { unknownCodes: UNKNOWN });
  const query = { access_token: await token() };
  const read = (code: string) => post("/wxa/business/getuserphonenumber", { code }, query);
  assert.match((await read("from-devtools")).text, /"purePhoneNumber":"13800000000"/);
  assert.equal((await read("from-devtools")).json["errcode"], 40029);
  assert.equal((await read(wechat.issueCode({ user: "alice" }))).json["errcode"], 40029);
});

test("anyApp takes any appid and secret, but checks the secret of a listed app", async (t) => {
  const { wechat, exchange } = await startBench(t, { anyApp: true, unknownCodes: UNKNOWN });
  const got = await exchange("from-devtools", { appid: "wx-surprise", secret: "any" });
  assert.equal(got.json["openid"], wechat.openid({ appId: "wx-surprise", user: "developer" }));
  assert.equal((await exchange("other", { secret: "wrong" })).json["errcode"], 40125);
  assert.equal((await exchange("other", { appid: "x".repeat(65) })).json["errcode"], 40013);
});

test("options that make no sense are a TypeError", () => {
  const apps = [{ appId: APP, appSecret: "s" }];
  const wrong = [
    {},
    { apps: [] },
    { apps: [...apps, ...apps] },
    { apps: [{ appId: "", appSecret: "s" }] },
    { apps: [{ appId: APP, appSecret: "" }] },
    { apps, unknownCodes: { user: "" } },
    { apps, unknownCodes: { user: "developer", phoneNumber: "+86" } },
    { apps, loginsPerMinute: -1 },
    { apps, sessionKeyLifeMs: Number.NaN },
  ];
  for (const options of wrong) assert.throws(() => createSimulatedWeChat(options), TypeError, JSON.stringify(options));
});
