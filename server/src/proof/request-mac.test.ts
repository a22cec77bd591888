import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HufuError } from "../core/errors/errors.ts";
import { requestMac } from "./mac-client.fixture.ts";
import { readRequestMac } from "./request-mac.ts";

const KEY = { encryptKey: "VI6BpyrK9XH4i4AIGe86tg==", version: 10 };
const GOOD = requestMac({ uri: "https://api.example.com/pay", accessToken: "token", nonce: "n", key: KEY, body: "{}" });

/** Is this text a MAC by the key? A refusal must be one that a caller may be told. */
function isGood(text: string): boolean {
  try {
    return readRequestMac(text).isBy(KEY.encryptKey);
  } catch (error) {
    assert.ok(error instanceof HufuError, String(error));
    assert.equal(error.reason, "mac_invalid");
    return false;
  }
}

test("the key is the text of encrypt_key, not the bytes that it stands for", () => {
  const mac = readRequestMac(GOOD);
  assert.equal(mac.version, 10);
  assert.equal(mac.isBy(KEY.encryptKey), true);
  assert.equal(mac.isBy(Buffer.from(KEY.encryptKey, "base64").toString("latin1")), false);
  assert.equal(mac.isBy(""), false);
});

test("a MAC with one character changed, missing or added is refused", () => {
  const place = fc.nat(GOOD.length - 1);
  const character = fc.constantFrom(..."ABCxyz019-_.=+/ ,\u0000\u00e9");
  const changed = fc.oneof(
    fc.tuple(place, character).map(([at, other]) => GOOD.slice(0, at) + other + GOOD.slice(at + 1)),
    fc.tuple(place, character).map(([at, more]) => GOOD.slice(0, at) + more + GOOD.slice(at)),
    place.map((at) => GOOD.slice(0, at) + GOOD.slice(at + 1)),
    place.map((at) => GOOD.slice(0, at)),
  );
  fc.assert(
    fc.property(changed, (text) => isGood(text) === (text === GOOD)),
    { numRuns: 500 },
  );
});

test("any text at all is refused as a MAC, and nothing else happens", () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => !isGood(text)));
  const parts = fc.array(
    fc.json().map((json) => Buffer.from(json).toString("base64url")),
    { maxLength: 5 },
  );
  fc.assert(fc.property(parts, (list) => !isGood(list.join("."))));
});
