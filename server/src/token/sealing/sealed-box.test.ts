import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { systemRandom } from "../../core/random.ts";
import { encrypt } from "./aes-gcm.ts";
import { createSealedBox, SealError } from "./sealed-box.ts";
import { createSecrets } from "./secrets.ts";

const fresh = (): string => randomBytes(32).toString("base64");
const older = fresh();
const newer = fresh();
const box = createSealedBox(createSecrets([newer, older]), systemRandom);
const oldBox = createSealedBox(createSecrets([older]), systemRandom);
const CLOSED = new SealError();

test("what was sealed opens in its own context, text and bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.uint8Array(), fc.string(), (text, bytes, context) => {
      assert.equal(box.open(box.seal(text, context), context).toString("utf8"), text);
      assert.deepEqual(box.open(box.seal(Buffer.from(bytes), context), context), Buffer.from(bytes));
    }),
  );
});

test("a sealed text opens in no other context", () => {
  const sealed = box.seal("plain", "phone:u_1");
  for (const context of ["phone:u_2", "", "phone:u_1 ", "session_key:u_1"])
    assert.throws(() => box.open(sealed, context), CLOSED);
});

test("sealing the same text twice gives different texts", () => {
  const seen = new Set(Array.from({ length: 1000 }, () => box.seal("same", "c")));
  assert.equal(seen.size, 1000);
});

test("any altered, cut, extended or respelled text stays closed", () => {
  const sealed = box.seal("plain text", "c");
  const bytes = Buffer.from(sealed.slice(4), "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const bad = Buffer.from(bytes);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => box.open(`hs2.${bad.toString("base64url")}`, "c"), CLOSED);
  }
  for (let cut = 1; cut <= sealed.length; cut++) assert.throws(() => box.open(sealed.slice(0, -cut), "c"), CLOSED);
  for (const bad of [
    "",
    "hs1.",
    "hs2.",
    `${sealed}A`,
    `${sealed}=`,
    ` ${sealed}`,
    sealed.replace("hs2", "hs1"),
    sealed.replace("hs2", "hs3"),
    sealed.slice(4),
    "hs2.é",
  ]) {
    assert.throws(() => box.open(bad, "c"), CLOSED);
  }
});

test("an older secret still opens, an unlisted one does not, and isNewest says what to seal again", () => {
  const sealed = oldBox.seal("kept", "c");
  assert.equal(box.open(sealed, "c").toString(), "kept");
  assert.equal(box.isNewest(sealed), false);
  assert.equal(oldBox.isNewest(sealed), true);
  const anew = box.seal(box.open(sealed, "c"), "c");
  assert.equal(box.isNewest(anew), true);
  assert.throws(() => oldBox.open(anew, "c"), CLOSED);
  for (const bad of ["", "hs1.", "hs1.AAAA", "hs2.", "hs2.AAAA", "x"]) assert.equal(box.isNewest(bad), false);
});

test("a text that was sealed in the first form stays readable, and is to be sealed again", () => {
  const keys = createSecrets([newer, older]).find(createSecrets([older]).newest.id);
  assert.ok(keys);
  const nonce = randomBytes(12);
  const sealed = encrypt(keys.seal, nonce, Buffer.from("phone:u_1"), Buffer.from("kept"));
  const text = `hs1.${Buffer.concat([Buffer.from(keys.id, "base64url"), nonce, sealed]).toString("base64url")}`;
  for (const reader of [box, oldBox]) {
    assert.equal(reader.open(text, "phone:u_1").toString(), "kept");
    assert.throws(() => reader.open(text, "phone:u_2"), CLOSED);
    assert.equal(reader.isNewest(text), false);
  }
});

test("no two texts share a key: a repeated nonce would need a repeated salt of 32 bytes", () => {
  const salts = new Set<string>();
  for (let count = 0; count < 1000; count += 1) {
    salts.add(Buffer.from(box.seal("same", "c").slice(4), "base64url").subarray(4, 36).toString("hex"));
  }
  assert.equal(salts.size, 1000);
});
