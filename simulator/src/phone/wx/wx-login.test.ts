// docs/reference/wechat.md §8, Login.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulatedWeChat } from "../../wechat/create-simulated-wechat.ts";
import { called, startClock, startPhone } from "../phone.fixture.ts";
import type { LoginResult } from "./wx-login.ts";

const APPS = [{ appId: "wx-test", appSecret: "s" }];

test("a promise is answered only where none of success, fail and complete is given", async (t) => {
  const { wx } = startPhone(t);
  assert.match((await wx.login()).code, /^code-/);
  assert.equal(wx.login({ success: () => undefined }), undefined);
  assert.equal(wx.login({ fail: () => undefined }), undefined);
  const completed = await new Promise((complete) => assert.equal(wx.login({ complete }), undefined));
  assert.deepEqual(completed, { code: "code-4", errMsg: "login:ok" });
});

test("each login gives a fresh code of the simulated WeChat, for this user", async (t) => {
  const wechat = createSimulatedWeChat({ apps: APPS });
  const { url, close } = await wechat.listen();
  t.after(close);
  for (const source of [wechat, url, `${url}/`]) {
    const { wx } = startPhone(t, { wechat: source, user: "alice" });
    const [first, second] = [await wx.login(), await wx.login()];
    assert.notEqual(first.code, second.code);
    const query = { appid: "wx-test", secret: "s", js_code: second.code, grant_type: "authorization_code" };
    const exchanged = await fetch(`${url}/sns/jscode2session?${new URLSearchParams(query)}`);
    assert.equal(JSON.parse(await exchanged.text()).openid, wechat.openid({ user: "alice" }));
  }
});

test("a source of codes that does not work is told to the test, and not only to the mini program", async (t) => {
  const wechat = createSimulatedWeChat({ apps: APPS });
  const { url, close } = await wechat.listen();
  t.after(close);
  const phone = startPhone(t, { appId: "wx-other", wechat: url });
  await assert.rejects(phone.wx.login(), { errMsg: "login:fail system error" });
  assert.throws(() => phone.rethrow(), /the simulated WeChat answered 400: .*no such app here/s);
  assert.throws(() => startPhone(t, { wechat: "no url" }), TypeError);
});

test("four logins a second, and the fifth is one too many", async (t) => {
  const clock = startClock();
  const phone = startPhone(t, { clock });
  const outcomes = async (times: number): Promise<string[]> =>
    (await Promise.allSettled(Array.from({ length: times }, () => phone.wx.login()))).map(({ status }) => status);
  assert.deepEqual(await outcomes(6), [...Array(4).fill("fulfilled"), "rejected", "rejected"]);
  clock.pass(999);
  await assert.rejects(phone.wx.login(), { errMsg: "login:fail api freq out of limit", errno: 45_009 });
  clock.pass(1);
  assert.deepEqual(await outcomes(1), ["fulfilled"]);
  const { logins, loginsRefused } = phone.counters();
  assert.deepEqual([logins, loginsRefused], [8, 3]);
});

test("a daily total, which neither a restart nor a clock that is set makes whole", async (t) => {
  const clock = startClock();
  const phone = startPhone(t, { clock, logins: 2 });
  await phone.wx.login();
  await phone.wx.login();
  phone.restart();
  phone.clock.jump(86_400_000);
  clock.pass(5000);
  await assert.rejects(phone.wx.login(), { errMsg: "login:fail api freq out of limit" });
  assert.equal(phone.counters().loginsToday, 2);
  clock.pass(86_400_000);
  assert.ok(await phone.wx.login());
  assert.equal(phone.counters().loginsToday, 1);
});

test("checkSession tests the session of the last code that this phone obtained, and is limited as logins are", async (t) => {
  const phone = startPhone(t, { clock: startClock() });
  const lost = { errMsg: "checkSession:fail session time out, need relogin" };
  await assert.rejects(phone.wx.checkSession(), lost);
  await phone.wx.login();
  phone.restart();
  assert.deepEqual(await phone.wx.checkSession(), { errMsg: "checkSession:ok" });
  phone.expireSession();
  await assert.rejects(phone.wx.checkSession(), lost);
  await phone.wx.checkSession().catch(() => undefined);
  await assert.rejects(phone.wx.checkSession(), { errMsg: "checkSession:fail api freq out of limit" });
  assert.equal(phone.counters().logins, 1);
});

test("a login can be made to fail, and to hang until its own time-out", async (t) => {
  const phone = startPhone(t, { speed: 100 });
  phone.failLogins({ errMsg: "login:fail system error" });
  await assert.rejects(phone.wx.login(), { errMsg: "login:fail system error" });
  phone.failLogins("hangs", 2);
  await assert.rejects(phone.wx.login({ timeout: 1000 }), { errMsg: "login:fail timeout" });
  phone.wx.login({ complete: () => assert.fail("nothing is ever heard of it") });
  await phone.wx.login();
  assert.deepEqual(phone.unsettled(), ["login"]);
});

test("where there is no network there is no login", async (t) => {
  const phone = startPhone(t, { network: "off" });
  await assert.rejects(phone.wx.login(), { errMsg: "login:fail " });
  phone.setNetwork("perfect");
  const { code } = await called<LoginResult>((callbacks) => phone.wx.login({ ...callbacks, timeout: 3000 }));
  assert.match(code, /^code-/);
});
