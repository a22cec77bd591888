import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readSixteenBytes } from "./sixteen-bytes.ts";

test("16 bytes are read as they were written", () => {
  const words = new Uint32Array(4);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.constantFrom("", "s_"), (bytes, prefix) => {
      const buffer = Buffer.from(bytes);
      assert.ok(readSixteenBytes(prefix + buffer.toString("base64url"), prefix, words));
      assert.deepEqual(
        [...words],
        [0, 4, 8, 12].map((at) => buffer.readUInt32BE(at)),
      );
    }),
  );
});

test("anything else is not 16 bytes", () => {
  const words = new Uint32Array(4);
  const right = "s_AAAAAAAAAAAAAAAAAAAAAA";
  assert.ok(readSixteenBytes(right, "s_", words));
  for (const wrong of [
    "",
    "s_",
    right.slice(0, -1),
    `${right}A`,
    right.replace("s_", "u_"),
    right.replace(/A$/, "B"),
    right.replace("AAA", "A=A"),
    right.replace("AAA", "A+A"),
    right.replace("AAA", "A虎A"),
    right.replace("AAA", "A\u0141A"),
  ]) {
    assert.equal(readSixteenBytes(wrong, "s_", words), false, wrong);
  }
});
