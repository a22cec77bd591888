import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createSigningKey } from "./signing-key.ts";
import { importVerificationKey } from "./verification-key.ts";

const ec = createSigningKey("ES256").publicJwk;
const ed = createSigningKey("EdDSA").publicJwk;
const rsa = createSigningKey("RS256").publicJwk;
const without = (jwk: object, name: string): object =>
  Object.fromEntries(Object.entries(jwk).filter(([key]) => key !== name));

test("the keys that we publish can be imported, under any kid that another issuer gives them", () => {
  for (const jwk of [ec, ed, rsa]) {
    assert.equal(importVerificationKey(jwk).kid, jwk.kid);
    assert.equal(importVerificationKey({ ...jwk, kid: "key 1/../é" }).kid, "key 1/../é");
    assert.equal(importVerificationKey({ ...jwk, key_ops: ["verify"], x5t: "ignored" }).alg, jwk.alg);
    assert.equal(importVerificationKey(without(jwk, "use")).alg, jwk.alg);
  }
});

test("a key without an algorithm, or with one that is not its own, is refused", () => {
  for (const jwk of [ec, ed, rsa]) {
    assert.throws(() => importVerificationKey(without(jwk, "alg")), /"alg"/);
    for (const alg of ["none", "HS256", "ES384", "es256", "PS256", "RS512", "", null, ["ES256"]]) {
      assert.throws(() => importVerificationKey({ ...jwk, alg }), /"alg"/);
    }
  }
  assert.throws(() => importVerificationKey({ ...ec, alg: "EdDSA" }), TypeError);
  assert.throws(() => importVerificationKey({ ...ec, alg: "RS256" }), TypeError);
  assert.throws(() => importVerificationKey({ ...ed, alg: "ES256" }), TypeError);
  assert.throws(() => importVerificationKey({ ...rsa, alg: "ES256" }), TypeError);
});

test("a key for another use is refused", () => {
  for (const jwk of [ec, ed, rsa]) {
    assert.throws(() => importVerificationKey({ ...jwk, use: "enc" }), /"use"/);
    assert.throws(() => importVerificationKey({ ...jwk, key_ops: ["encrypt"] }), /"key_ops"/);
    assert.throws(() => importVerificationKey({ ...jwk, key_ops: "verify" }), /"key_ops"/);
  }
});

test("anything private or symmetric is refused", () => {
  for (const name of ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]) {
    assert.throws(() => importVerificationKey({ ...ec, [name]: "AAAA" }), /private or secret/);
  }
  assert.throws(() => importVerificationKey({ kty: "oct", k: "AAAA", alg: "HS256", kid: "1" }), TypeError);
  assert.throws(() => importVerificationKey({ kty: "oct", alg: "ES256", kid: "1" }), TypeError);
});

test("a kid is a text of 1 to 128 characters", () => {
  for (const kid of [undefined, "", "x".repeat(129), 7, null, {}]) {
    assert.throws(() => importVerificationKey({ ...ec, kid }), /"kid"/);
  }
});

test("numbers that name no key, or name it in another spelling, are refused", () => {
  const { x, y } = ec.kty === "EC" ? ec : assert.fail();
  for (const bad of [
    { ...ec, x: y, y: x },
    { ...ec, x: `${x}=` },
    { ...ec, x: x.slice(0, -1) },
    { ...ec, x: `AA${x}` },
    { ...ec, y: undefined },
    { ...ec, y: 7 },
    { ...ec, crv: "P-384" },
    { ...ec, crv: "p-256" },
    { ...ec, x: "A".repeat(43), y: "A".repeat(43) },
    { ...ed, crv: "X25519" },
    { ...ed, crv: "Ed448" },
    { ...ed, x: "AAAA" },
    { ...rsa, n: `AA${rsa.kty === "RSA" ? rsa.n : ""}` },
    { ...rsa, e: "AAEAAQ" },
    { ...rsa, e: "" },
    { ...rsa, e: "AQ" },
    { ...rsa, e: "Aw" },
    { ...rsa, e: "AQAA" },
  ]) {
    assert.throws(() => importVerificationKey(bad), TypeError, JSON.stringify(bad));
  }
});

test("RSA below 2048 bits is refused", () => {
  const small = generateKeyPairSync("rsa", { modulusLength: 1536 }).publicKey.export({ format: "jwk" });
  assert.throws(() => importVerificationKey({ ...small, alg: "RS256", kid: "small" }), /1536 bits/);
});

test("what is no object is refused", () => {
  for (const bad of [null, undefined, "", "{}", 7, [], [ec]])
    assert.throws(() => importVerificationKey(bad), TypeError);
});
