import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulatedWeChat } from "../create-simulated-wechat.ts";
import { startPhone } from "./a-phone.testing.ts";

test("login gives a fresh code of the platform, by callback or as a promise", async (t) => {
  const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-test", appSecret: "s" }] });
  const { wx } = startPhone(t, { wechat, user: "alice" });
  const first = await wx.login();
  const second = await new Promise<{ code: string }>((success, fail) => wx.login({ success, fail }));
  assert.ok(first !== undefined && first.code.length > 10);
  assert.notEqual(first.code, second.code);
});

test("four logins a second and no more", async (t) => {
  const phone = startPhone(t);
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => phone.wx.login() ?? Promise.resolve()));
  assert.deepEqual(
    tries.map(({ status }) => status),
    ["fulfilled", "fulfilled", "fulfilled", "fulfilled", "rejected", "rejected"],
  );
  assert.deepEqual([phone.counters().logins, phone.counters().loginsRefused], [6, 2]);
  await new Promise((resolve) => setTimeout(resolve, 1010));
  assert.ok(await phone.wx.login());
});

test("and only so many in all", async (t) => {
  const phone = startPhone(t, { logins: 2 });
  await phone.wx.login();
  await phone.wx.login();
  await assert.rejects(Promise.resolve(phone.wx.login()), { errMsg: "login:fail api freq out of limit" });
});

test("a preview of Moments has no login", async (t) => {
  const { wx } = startPhone(t, { scene: 1154 });
  assert.equal(wx.getLaunchOptionsSync().scene, 1154);
  await assert.rejects(Promise.resolve(wx.login()), { errMsg: "login:fail not supported in single page mode" });
});

test("a login can be made to fail, and to hang until its own time-out", async (t) => {
  const phone = startPhone(t, { speed: 100 });
  phone.failLogins({ errMsg: "login:fail system error" });
  await assert.rejects(Promise.resolve(phone.wx.login()), { errMsg: "login:fail system error" });
  phone.failLogins("hangs");
  await assert.rejects(Promise.resolve(phone.wx.login({ timeout: 1000 })), { errMsg: "login:fail timeout" });
  assert.ok(await phone.wx.login());
});
