// docs/reference/wechat.md §8, Storage.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startClock, startPhone } from "../phone.fixture.ts";
import { createPhoneStorage, type StorageFault } from "../phone-storage.ts";
import type { PhoneWx } from "../simulated-phone.ts";

const set = (wx: PhoneWx, key: string, data: unknown, encrypt = false) => wx.setStorage({ key, data, encrypt });
const get = async (wx: PhoneWx, key: string, encrypt = false) => (await wx.getStorage({ key, encrypt })).data;

test("values are what they were when they were handed over, across restarts", async (t) => {
  const phone = startPhone(t);
  const value = { list: [1, 2] };
  const writing = set(phone.wx, "a", value);
  value.list.push(3);
  await writing;
  value.list.push(4);
  phone.restart();
  assert.deepEqual(await get(phone.wx, "a"), { list: [1, 2] });
  const read = phone.wx.getStorageSync("a") as typeof value;
  read.list.push(5);
  assert.deepEqual(phone.wx.getStorageSync("a"), { list: [1, 2] });
});

test("a date stays one, the rest is as JSON has it, and what JSON does not have is not kept", async (t) => {
  const { wx } = startPhone(t);
  const date = new Date(5);
  for (const value of [date, "text", "", 0, false, null, [1, { two: 2 }]]) {
    await set(wx, "a", value);
    assert.deepEqual(await get(wx, "a"), value);
    wx.setStorageSync("b", value);
    assert.deepEqual(wx.getStorageSync("b"), value);
  }
  await set(wx, "a", { date, nothing: undefined });
  assert.deepEqual(await get(wx, "a"), { date: date.toJSON() });
  await set(wx, "none", undefined);
  await assert.rejects(get(wx, "none"), { errMsg: "getStorage:fail data not found" });
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  await assert.rejects(set(wx, "circle", circle), { errMsg: /^setStorage:fail .*circular/i });
});

test("what is not there is an empty text for the synchronous call, and a failure for the other", async (t) => {
  const { wx } = startPhone(t);
  assert.equal(wx.getStorageSync("nothing"), "");
  await assert.rejects(get(wx, "nothing"), { errMsg: "getStorage:fail data not found" });
  await set(wx, "a", 1);
  await wx.removeStorage({ key: "a" });
  assert.equal(wx.getStorageSync("a"), "");
  await set(wx, "a", 1);
  assert.deepEqual(wx.getStorageInfoSync(), { keys: ["a"], currentSize: 1, limitSize: 10_240 });
  await wx.clearStorage();
  assert.deepEqual((await wx.getStorageInfo()).keys, []);
});

test("a key holds a megabyte, all of them ten", async (t) => {
  const { wx } = startPhone(t);
  const megabyte = 1_048_576 - '""'.length;
  await set(wx, "big", "x".repeat(megabyte));
  await assert.rejects(set(wx, "big", "x".repeat(megabyte + 1)), {
    errMsg: "setStorage:fail entry size limit reached",
  });
  assert.throws(() => wx.setStorageSync("big", "虎".repeat(400_000)), /entry size limit reached/);
  for (let key = 1; key < 10; key += 1) wx.setStorageSync(`k${key}`, "x".repeat(megabyte));
  assert.throws(() => wx.setStorageSync("one more", 1), /storage size limit reached/);
  wx.setStorageSync("big", "now smaller");
  wx.setStorageSync("one more", 1);
});

test("encryption is for the asynchronous calls, and both sides have to say so", async (t) => {
  const { wx } = startPhone(t);
  await set(wx, "secret", "words", true);
  assert.equal(await get(wx, "secret", true), "words");
  assert.notEqual(await get(wx, "secret"), "words");
  assert.notEqual(wx.getStorageSync("secret"), "words");
  await set(wx, "plain", "words");
  await assert.rejects(get(wx, "plain", true), { errMsg: "getStorage:fail decrypt failed" });
});

test("encrypted, a key holds 0.7 megabytes and all of them 7.1", async (t) => {
  const { wx } = startPhone(t);
  await assert.rejects(set(wx, "big", "x".repeat(735_000), true), { errMsg: /entry size limit/ });
  for (let key = 0; key < 10; key += 1) await set(wx, `k${key}`, "x".repeat(733_000), true);
  await assert.rejects(set(wx, "one more", "x".repeat(200_000), true), { errMsg: /storage size limit/ });
  await set(wx, "one more", "x".repeat(200_000));
});

test("two runtimes may share one storage", async (t) => {
  const storage = createPhoneStorage();
  const [one, other] = [startPhone(t, { storage }), startPhone(t, { storage })];
  await set(one.wx, "shared", "by both");
  assert.equal(await get(other.wx, "shared"), "by both");
  one.kill();
  assert.equal(other.wx.getStorageSync("shared"), "by both");
});

test("a process that was killed writes nothing more, by no call", async (t) => {
  const phone = startPhone(t);
  const { wx } = phone;
  wx.setStorageSync("kept", 1);
  wx.setStorage({ key: "under way", data: 2, complete: () => assert.fail("the page is closed") });
  wx.removeStorage({ key: "kept", complete: () => assert.fail("nor of this") });
  phone.kill();
  wx.setStorageSync("late", 3);
  wx.removeStorageSync("kept");
  wx.clearStorageSync();
  wx.setStorage({ key: "later", data: 4, complete: () => assert.fail("nor of what begins after it") });
  await set(phone.wx, "new", 5);
  assert.deepEqual(phone.storage.keys(), ["kept", "new"]);
});

test("it can be made to fail, once or until it is healed", async (t) => {
  const { wx, storage } = startPhone(t);
  storage.fault("write", "fails", 1);
  await assert.rejects(set(wx, "a", 1), { errMsg: "setStorage:fail internal error" });
  await set(wx, "a", 1);
  storage.fault("both", "fails");
  assert.throws(() => wx.setStorageSync("a", 2), /internal error/);
  await assert.rejects(get(wx, "a"), { errMsg: "getStorage:fail internal error" });
  storage.heal();
  assert.equal(await get(wx, "a"), 1);
});

test("it can be made to succeed and keep nothing, and to answer rubbish", async (t) => {
  const { wx, storage } = startPhone(t);
  wx.setStorageSync("a", "old");
  storage.fault("write", "forgets", 1);
  await set(wx, "a", "new");
  assert.equal(await get(wx, "a"), "old");
  storage.fault("read", "rubbish", 1);
  assert.notEqual(await get(wx, "a"), "old");
  assert.equal(await get(wx, "a"), "old");
  storage.plant("a", { of: "an older version" });
  assert.deepEqual(wx.getStorageSync("a"), { of: "an older version" });
});

test("it can be made slow and to hang, which synchronous calls cannot be", async (t) => {
  const phone = startPhone(t, { speed: 1000 });
  const { wx, storage } = phone;
  wx.setStorageSync("a", 1);
  storage.fault("read", { slowBy: 20_000 }, 1);
  const began = phone.clock.elapsed();
  assert.equal(wx.getStorageSync("a"), 1);
  assert.equal(await get(wx, "a"), 1);
  assert.ok(phone.clock.elapsed() - began >= 20_000);
  storage.fault("both", "hangs", 1);
  wx.setStorage({ key: "a", data: 2, complete: () => assert.fail("it never answers") });
  await get(wx, "a");
  assert.equal(wx.getStorageSync("a"), 1);
  assert.deepEqual(phone.unsettled(), ["setStorage"]);
});

test("a fault that makes no sense is refused", () => {
  const storage = createPhoneStorage();
  assert.throws(() => storage.fault("read", "fails", 0), TypeError);
  const slow: StorageFault = { slowBy: -1 };
  assert.throws(() => storage.fault("read", slow), TypeError);
  assert.throws(() => storage.plant("a", undefined), TypeError);
});

test("the phone's own clock has no say in what is stored", async (t) => {
  const clock = startClock();
  const phone = startPhone(t, { clock });
  await set(phone.wx, "a", 1);
  clock.pass(86_400_000 * 365);
  assert.equal(await get(phone.wx, "a"), 1);
});
