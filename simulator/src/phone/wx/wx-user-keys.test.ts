// docs/reference/wechat.md §5.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulatedWeChat } from "../../wechat/create-simulated-wechat.ts";
import { startPhone } from "../phone.fixture.ts";
import type { SimulatedPhone } from "../simulated-phone.ts";
import type { UserKeyResult } from "./wx-user-keys.ts";

const APPS = [{ appId: "wx-test", appSecret: "s" }];

function latest({ wx }: SimulatedPhone): Promise<UserKeyResult> {
  return new Promise((success, fail) => wx.getUserCryptoManager().getLatestUserKey({ success, fail }));
}

test("all phones of a user get the user's newest key; the call gives no promise", async (t) => {
  const wechat = createSimulatedWeChat({ apps: APPS });
  const { url, close } = await wechat.listen();
  t.after(close);
  for (const source of [wechat, url]) {
    const phone = startPhone(t, { wechat: source, user: "alice" });
    assert.equal(phone.wx.getUserCryptoManager().getLatestUserKey(), undefined);
    assert.deepEqual(await latest(phone), { ...wechat.userKey({ user: "alice" }), errMsg: "getLatestUserKey:ok" });
    const newer = wechat.rotateUserKey({ user: "alice" });
    assert.equal((await latest(phone)).encryptKey, newer.encryptKey);
  }
});

test("without network it fails, and where the platform only gives codes too", async (t) => {
  const wechat = createSimulatedWeChat({ apps: APPS });
  const offline = startPhone(t, { wechat, network: "off" });
  await assert.rejects(latest(offline), { errMsg: "getLatestUserKey:fail network error" });
  await assert.rejects(latest(startPhone(t)), { errMsg: "getLatestUserKey:fail system error" });
});

test("an old base library has no getUserCryptoManager", async (t) => {
  const wechat = createSimulatedWeChat({ apps: APPS });
  const old = startPhone(t, { wechat, extras: { getUserCryptoManager: undefined } });
  assert.equal(old.wx.canIUse("getUserCryptoManager"), false);
  assert.equal(startPhone(t, { wechat }).wx.canIUse("getUserCryptoManager"), true);
});
