import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { fromBase64url, toBase64, toBase64url, toUtf8 } from "./bytes.ts";

test("base64 and base64url are Node's own, for every length and byte", () => {
  for (let length = 0; length <= 66; length += 1) {
    const bytes = new Uint8Array(randomBytes(length));
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.equal(toBase64url(bytes), Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
  }
  const all = new Uint8Array(256).map((_, at) => at);
  assert.deepEqual(fromBase64url(toBase64url(all)), all);
});

test("UTF-8 is Node's own, and half a surrogate pair becomes U+FFFD as on the wire", () => {
  for (const text of [
    "",
    "plain",
    "é\u07ff\u0800",
    "张三 📱",
    "\ud83d",
    "a\udc00b",
    "\ud83d\ud83d\udcf1",
    "\uffff\u{10ffff}",
  ]) {
    assert.deepEqual(Buffer.from(toUtf8(text)), Buffer.from(text), JSON.stringify(text));
  }
});
