import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { hmacSha256 } from "./hmac.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

test("the examples of RFC 4231 §4.2, §4.3 and §4.7", () => {
  const examples = [
    ["\x0b".repeat(20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"],
    ["Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  ] as const;
  for (const [key, message, mac] of examples) assert.equal(hex(hmacSha256(bytes(key), bytes(message))), mac);
  const long = hmacSha256(
    new Uint8Array(131).fill(0xaa),
    bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
  );
  assert.equal(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
});

test("it is Node's own, for every length of key and message around a block", () => {
  for (let length = 0; length <= 130; length += 1) {
    const key = new Uint8Array(randomBytes(length));
    const message = new Uint8Array(randomBytes(130 - length));
    assert.equal(hex(hmacSha256(key, message)), createHmac("sha256", key).update(message).digest("hex"));
  }
});
