import assert from "node:assert/strict";
import { createECDH, hash } from "node:crypto";
import { test } from "node:test";
import { base64url } from "../access-token/sample-token.fixture.ts";
import { createSigningKey, importSigningKey } from "./signing-key.ts";
import { isTestingKid } from "./testing-keys.ts";

test("the key derived from the public sentence in the source is known as a testing key", () => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(hash("sha256", "hufu testing key: never for production", "buffer"));
  const point = ecdh.getPublicKey();
  const key = importSigningKey("ES256", {
    kty: "EC",
    crv: "P-256",
    d: base64url(ecdh.getPrivateKey()),
    x: base64url(point.subarray(1, 33)),
    y: base64url(point.subarray(33)),
  });
  assert.equal(isTestingKid(key.kid), true);
});

test("a fresh key is no testing key", () => {
  assert.equal(isTestingKid(createSigningKey("ES256").kid), false);
  assert.equal(isTestingKid(""), false);
});
