import assert from "node:assert/strict";
import { createECDH, hash } from "node:crypto";
import { test } from "node:test";
import { silentLogger } from "../../core/log/log.ts";
import { createSigningKey } from "../../token/keys/signing-key.ts";
import { readPublishedKeys } from "./published-keys.ts";

const [one, two] = [createSigningKey("ES256"), createSigningKey("Ed25519")];
const kids = (keys: readonly unknown[]): string[] => [...readPublishedKeys({ keys }, silentLogger).keys()];

test("every usable key is taken, by name", () => {
  assert.deepEqual(kids([one.publicJwk, two.publicJwk]), [one.kid, two.kid]);
});

test("a key without alg is left out; a token's header cannot supply it", () => {
  const { alg: _, ...bare } = one.publicJwk;
  assert.deepEqual(kids([bare, two.publicJwk]), [two.kid]);
  assert.throws(() => kids([bare]), /no key that we use/);
});

test("what is no public signature key of ours is left out and spoils nothing", () => {
  for (const odd of [
    null,
    "key",
    [],
    {},
    { ...one.publicJwk, alg: "HS256" },
    { ...one.publicJwk, alg: "none" },
    { ...one.publicJwk, alg: "RS256" },
    { ...one.publicJwk, alg: "es256" },
    { ...one.publicJwk, use: "enc" },
    { ...one.publicJwk, d: "AAAA" },
    { ...one.publicJwk, kid: undefined },
    { ...one.publicJwk, kid: 7 },
    { ...one.publicJwk, x: `${one.publicJwk.kty === "EC" ? one.publicJwk.y : ""}` },
    { kty: "oct", k: "AAAA", alg: "HS256", kid: "s" },
    { kty: "oct", k: "AAAA", alg: "ES256", kid: "s" },
  ]) {
    assert.deepEqual(kids([odd, two.publicJwk]), [two.kid], JSON.stringify(odd));
  }
});

test("a kid that two keys have names neither", () => {
  assert.deepEqual(kids([one.publicJwk, { ...createSigningKey("ES256").publicJwk, kid: one.kid }, two.publicJwk]), [
    two.kid,
  ]);
});

test("the keys of hufu/testing are refused under any kid", () => {
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(hash("sha256", "hufu testing key: never for production", "buffer"));
  const point = ecdh.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString("base64url"));
  const testing = {
    kty: "EC",
    crv: "P-256",
    x,
    y,
    alg: "ES256",
    use: "sig",
    kid: "Paja3FovcD6M8uXAaqhNwHquXlVqyyo7SyNc_1WpHnY",
  };
  assert.deepEqual(kids([testing, two.publicJwk]), [two.kid]);
  assert.deepEqual(kids([{ ...testing, kid: "prod-1" }, two.publicJwk]), [two.kid]);
});

test("what is no JWKS, or has nothing to use or far too much, is refused", () => {
  for (const jwks of [{}, { keys: null }, { keys: {} }, { keys: "x" }, { keys: [] }]) {
    assert.throws(() => readPublishedKeys(jwks, silentLogger), Error);
  }
  const many = Array.from({ length: 65 }, (_, i) => ({ ...one.publicJwk, kid: `k${i}` }));
  assert.throws(() => kids(many), /more than 64/);
  assert.equal(kids(many.slice(1)).length, 64);
});
