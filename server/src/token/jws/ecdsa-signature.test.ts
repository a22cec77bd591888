import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { derFromRaw, rawFromDer } from "./ecdsa-signature.ts";

const half = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.integer({ min: 0, max: 31 }).map((zeros) => new Uint8Array(32).fill(0xff, zeros)),
  fc.constant(new Uint8Array(32)),
);

test("every r‖s survives the way to DER and back", () => {
  fc.assert(
    fc.property(half, half, (r, s) => {
      const raw = Buffer.concat([r, s]);
      const der = derFromRaw(raw);
      assert.ok(der);
      assert.deepEqual(rawFromDer(der), raw);
    }),
  );
});

test("DER integers are minimal and positive", () => {
  const raw = Buffer.alloc(64);
  raw[31] = 0x80;
  assert.equal(derFromRaw(raw)?.toString("hex"), "300702020080020100");
});

test("no other length than 64 bytes is converted", () => {
  for (const length of [0, 1, 32, 63, 65, 66, 96, 128]) assert.equal(derFromRaw(Buffer.alloc(length, 1)), undefined);
});

test("what is not a DER signature of P-256 is refused", () => {
  const good = derFromRaw(Buffer.alloc(64, 9));
  assert.ok(good);
  const long = Buffer.concat([
    Buffer.from([0x30, 0x26, 0x02, 0x21]),
    Buffer.alloc(33, 1),
    Buffer.from([0x02, 0x01, 0x01]),
  ]);
  for (const bad of [
    Buffer.alloc(0),
    Buffer.from([0x30]),
    Buffer.from([0x30, 0x00]),
    good.subarray(0, -1),
    Buffer.concat([good, Buffer.from([0])]),
    Buffer.from([0x31, ...good.subarray(1)]),
    Buffer.from([0x30, 0x06, 0x02, 0x00, 0x02, 0x02, 0x01, 0x01]),
    Buffer.from([0x30, 0x06, 0x03, 0x01, 0x01, 0x02, 0x01, 0x01]),
    long,
  ]) {
    assert.throws(() => rawFromDer(bad), /not a DER signature/);
  }
});
