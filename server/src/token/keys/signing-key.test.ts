import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { inspect } from "node:util";
import { ALGORITHMS } from "./algorithms.ts";
import { createSigningKey, exportPrivate, importSigningKey, type SigningKey } from "./signing-key.ts";
import { importVerificationKey } from "./verification-key.ts";

for (const alg of ALGORITHMS) {
  test(`${alg}: a key that was exported and imported is the same key`, () => {
    const made = createSigningKey(alg);
    const read = importSigningKey(alg, exportPrivate(made));
    assert.deepEqual(read.publicJwk, made.publicJwk);
    assert.equal(read.kid, made.kid);
    assert.equal(importVerificationKey(made.publicJwk).verify(Buffer.from("x"), read.sign("x")), true);
  });

  test(`${alg}: the published half names its algorithm and use, and holds nothing private`, () => {
    const { publicJwk, kid } = createSigningKey(alg);
    assert.equal(publicJwk.alg, alg);
    assert.equal(publicJwk.use, "sig");
    assert.equal(publicJwk.kid, kid);
    for (const name of ["d", "p", "q", "dp", "dq", "qi", "k"]) assert.equal(name in publicJwk, false);
  });
}

test("a private JWK is read as well", () => {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const key = importSigningKey("Ed25519", jwk);
  assert.equal(key.publicJwk.kty === "OKP" && key.publicJwk.x, jwk.x);
});

test("the Ed25519 signature of RFC 8037 A.4 comes out as printed", () => {
  const key = importSigningKey("EdDSA", {
    kty: "OKP",
    crv: "Ed25519",
    d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  });
  assert.equal(
    key.sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").toString("base64url"),
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
  );
});

test("printing a signing key shows nothing private", () => {
  const key = createSigningKey("ES256");
  const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key);
  const pem = exportPrivate(key).split("\n")[1] ?? "";
  assert.equal(pem.length > 0 && shown.includes(pem), false);
  assert.doesNotMatch(shown, /PrivateKeyObject|"d":/);
});

test("a key that does not fit its algorithm is a mistake", () => {
  const pem = (key: SigningKey): string => exportPrivate(key);
  const ed = pem(createSigningKey("EdDSA"));
  const ec = pem(createSigningKey("ES256"));
  assert.throws(() => importSigningKey("ES256", ed), TypeError);
  assert.throws(() => importSigningKey("EdDSA", ec), TypeError);
  assert.throws(() => importSigningKey("RS256", ec), TypeError);
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ type: "pkcs8", format: "pem" });
  assert.throws(() => importSigningKey("ES256", p384.toString()), TypeError);
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type: "pkcs8", format: "pem" });
  assert.throws(() => importSigningKey("RS256", small.toString()), /1024 bits/);
});

test("unreadable key material is refused without being quoted", () => {
  const half = exportPrivate(createSigningKey("ES256")).slice(0, 120);
  for (const bad of ["", "not a key", half, { kty: "EC", crv: "P-256", d: "AAAA" }]) {
    assert.throws(
      () => importSigningKey("ES256", bad),
      (error) => error instanceof TypeError && !error.message.includes("MI") && error.cause === undefined,
    );
  }
});

test("only keys that were made here can be exported", () => {
  const key = createSigningKey("ES256");
  assert.throws(() => exportPrivate({ ...key }), TypeError);
});
