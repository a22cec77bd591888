import assert from "node:assert/strict";
import { test } from "node:test";
import { isRawDataSignature } from "./raw-data-signature.ts";

// WeChat's own example.
const RAW =
  '{"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0"}';
const KEY = "HyVFkGl5F5OQWJZZaNzBBg==";
const SIGNATURE = "75e81ceda165f4ffa64f4068af58c64b8f54b88c";

test("WeChat's own example is signed", () => {
  assert.ok(isRawDataSignature(RAW, KEY, SIGNATURE));
  assert.ok(isRawDataSignature(RAW, KEY, SIGNATURE.toUpperCase()));
});

test("another text, key or signature is not", () => {
  assert.ok(!isRawDataSignature(`${RAW} `, KEY, SIGNATURE));
  assert.ok(!isRawDataSignature(RAW, "HyVFkGl5F5OQWJZZaNzBBh==", SIGNATURE));
  for (const wrong of ["", SIGNATURE.slice(1), `${SIGNATURE}0`, SIGNATURE.replace("7", "6"), "z".repeat(40)]) {
    assert.ok(!isRawDataSignature(RAW, KEY, wrong), wrong);
  }
});
