import assert from "node:assert/strict";
import { test } from "node:test";
import { startPhone } from "./a-phone.testing.ts";
import { createPhoneStorage } from "./phone-storage.ts";
import type { PhoneWx } from "./simulated-phone.ts";

const set = (wx: PhoneWx, key: string, data: unknown, encrypt = false) => wx.setStorage({ key, data, encrypt });
const get = async (wx: PhoneWx, key: string, encrypt = false) =>
  (await (wx.getStorage({ key, encrypt }) as Promise<{ data: unknown }>)).data;

test("values are kept as JSON keeps them, across restarts", async (t) => {
  const phone = startPhone(t);
  const value = { list: [1, 2] };
  await set(phone.wx, "a", value);
  value.list.push(3);
  phone.restart();
  assert.deepEqual(await get(phone.wx, "a"), { list: [1, 2] });
  assert.deepEqual(phone.wx.getStorageSync("a"), { list: [1, 2] });
  assert.equal(phone.wx.getStorageSync("nothing"), "");
  await assert.rejects(get(phone.wx, "nothing"), { errMsg: "getStorage:fail data not found" });
});

test("a key holds a megabyte, all of them ten", async (t) => {
  const { wx } = startPhone(t);
  const tooBig = { errMsg: "setStorage:fail entry size limit reached" };
  await assert.rejects(Promise.resolve(set(wx, "big", "x".repeat(1_048_577))), tooBig);
  for (let key = 0; key < 10; key += 1) wx.setStorageSync(`k${key}`, "x".repeat(1_040_000));
  assert.throws(() => wx.setStorageSync("one more", "x".repeat(200_000)), /storage size limit reached/);
  wx.removeStorageSync("k0");
  wx.setStorageSync("one more", "x".repeat(200_000));
});

test("encryption is for the asynchronous calls, both sides have to say so, and less fits", async (t) => {
  const { wx } = startPhone(t);
  await set(wx, "secret", "words", true);
  assert.equal(await get(wx, "secret", true), "words");
  assert.notEqual(await get(wx, "secret"), "words");
  assert.notEqual(wx.getStorageSync("secret"), "words");
  await set(wx, "plain", "words");
  await assert.rejects(get(wx, "plain", true), { errMsg: "getStorage:fail decrypt failed" });
  await assert.rejects(Promise.resolve(set(wx, "big", "x".repeat(800_000), true)));
});

test("a storage can be made to fail, to forget, to answer rubbish and never", async (t) => {
  const phone = startPhone(t);
  const { wx, storage } = phone;
  storage.fault("write", "fails", 1);
  await assert.rejects(Promise.resolve(set(wx, "a", 1)), { errMsg: "setStorage:fail internal error" });
  storage.fault("write", "forgets", 1);
  await set(wx, "a", 1);
  await assert.rejects(get(wx, "a"));
  await set(wx, "a", 1);
  storage.fault("read", "rubbish", 1);
  assert.notEqual(await get(wx, "a"), 1);
  assert.equal(await get(wx, "a"), 1);
  storage.fault("both", "hangs");
  const answered = await Promise.race([
    get(wx, "a").then(() => true),
    new Promise((resolve) => setTimeout(() => resolve(false), 30)),
  ]);
  assert.equal(answered, false);
  storage.heal();
  assert.equal(await get(wx, "a"), 1);
});

test("two runtimes may share one storage", async (t) => {
  const storage = createPhoneStorage();
  const one = startPhone(t, { storage });
  const other = startPhone(t, { storage });
  await set(one.wx, "shared", "by both");
  assert.equal(await get(other.wx, "shared"), "by both");
});
