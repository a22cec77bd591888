// A page of the mini program within Moments, scene 1154.
// https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/share-timeline.html
import assert from "node:assert/strict";
import { test } from "node:test";
import { requested, startBackend, startPhone } from "../phone.fixture.ts";

const SCENE = 1154;

test("it is known by its scene, and browses only", (t) => {
  const { scene, apiCategory } = startPhone(t, { scene: SCENE }).wx.getLaunchOptionsSync();
  assert.deepEqual([scene, apiCategory], [SCENE, "browseOnly"]);
  assert.equal(startPhone(t).wx.getLaunchOptionsSync().apiCategory, "default");
});

test("there is no login, and what was tried counts for nothing; requests there are", async (t) => {
  const { url } = await startBackend(t);
  const phone = startPhone(t, { scene: SCENE });
  await assert.rejects(phone.wx.login(), { errMsg: /^login:fail / });
  await assert.rejects(phone.wx.checkSession(), { errMsg: /^checkSession:fail / });
  assert.equal(phone.counters().logins, 0);
  assert.equal((await requested(phone.wx, { url })).statusCode, 200);
});

test("there is no way to other pages", async (t) => {
  const phone = startPhone(t, { scene: SCENE });
  const url = "/pages/other/other";
  for (const call of ["navigateTo", "redirectTo", "reLaunch", "switchTab", "navigateBack"] as const) {
    await assert.rejects(phone.wx[call]({ url }), { errMsg: new RegExp(`^${call}:fail `) });
  }
  await phone.wx.showToast({ title: "please open the mini program" });
  assert.deepEqual(
    phone.shown().map(({ what }) => what),
    ["showToast"],
  );
});

test("its storage is not the mini program's", (t) => {
  const phone = startPhone(t);
  phone.wx.setStorageSync("token", "secret");
  phone.restart({ scene: SCENE });
  assert.equal(phone.wx.getStorageSync("token"), "");
  phone.wx.setStorageSync("seen", true);
  assert.deepEqual(phone.storage.keys(), ["seen"]);
  phone.restart({ scene: 1155 });
  assert.deepEqual(phone.wx.getStorageInfoSync().keys, ["token"]);
});
