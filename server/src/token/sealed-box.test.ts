import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { systemRandom } from "../core/random.ts";
import { createSealedBox } from "./sealed-box.ts";
import { createSecrets } from "./secrets.ts";

const fresh = (): string => randomBytes(32).toString("base64");
const older = fresh();
const newer = fresh();
const box = createSealedBox(createSecrets([newer, older]), systemRandom);
const oldBox = createSealedBox(createSecrets([older]), systemRandom);
const CLOSED = new Error("a sealed text cannot be opened");

test("what was sealed opens in its own context, text and bytes", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.uint8Array(), fc.string(), (text, bytes, context) => {
      assert.equal(box.open(box.seal(text, context), context).toString("utf8"), text);
      assert.deepEqual(box.open(box.seal(Buffer.from(bytes), context), context), Buffer.from(bytes));
    }),
  );
});

test("it opens nowhere else", () => {
  const sealed = box.seal("plain", "phone:u_1");
  for (const context of ["phone:u_2", "", "phone:u_1 ", "session_key:u_1"])
    assert.throws(() => box.open(sealed, context), CLOSED);
});

test("the same text never looks the same twice", () => {
  const seen = new Set(Array.from({ length: 1000 }, () => box.seal("same", "c")));
  assert.equal(seen.size, 1000);
});

test("any altered, cut, extended or respelled text stays closed", () => {
  const sealed = box.seal("plain text", "c");
  const bytes = Buffer.from(sealed.slice(4), "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const bad = Buffer.from(bytes);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => box.open(`hs1.${bad.toString("base64url")}`, "c"), CLOSED);
  }
  for (let cut = 1; cut <= sealed.length; cut++) assert.throws(() => box.open(sealed.slice(0, -cut), "c"), CLOSED);
  for (const bad of [
    "",
    "hs1.",
    `${sealed}A`,
    `${sealed}=`,
    ` ${sealed}`,
    sealed.replace("hs1", "hs2"),
    sealed.slice(4),
    "hs1.é",
  ]) {
    assert.throws(() => box.open(bad, "c"), CLOSED);
  }
});

test("an older secret still opens, an unlisted one does not, and one can see what to seal anew", () => {
  const sealed = oldBox.seal("kept", "c");
  assert.equal(box.open(sealed, "c").toString(), "kept");
  assert.equal(box.isNewest(sealed), false);
  assert.equal(oldBox.isNewest(sealed), true);
  const anew = box.seal(box.open(sealed, "c"), "c");
  assert.equal(box.isNewest(anew), true);
  assert.throws(() => oldBox.open(anew, "c"), CLOSED);
  for (const bad of ["", "hs1.", "hs1.AAAA", "x"]) assert.equal(box.isNewest(bad), false);
});
