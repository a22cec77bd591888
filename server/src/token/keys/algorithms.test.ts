import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { test } from "node:test";
import * as jose from "jose";
import { vectorGroups } from "../access-token/sample-token.fixture.ts";
import { ALGORITHMS, DEFAULT_ALGORITHM, isAlgorithm } from "./algorithms.ts";
import { createSigningKey } from "./signing-key.ts";
import { importVerificationKey } from "./verification-key.ts";

interface SignatureGroup {
  readonly publicKeyDer: string;
  readonly tests: readonly {
    readonly tcId: number;
    readonly msg: string;
    readonly sig: string;
    readonly result: string;
  }[];
}

const P256_ORDER = Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex");

test("ES256 is the default, and neither none nor HMAC nor another spelling is an algorithm", () => {
  assert.equal(DEFAULT_ALGORITHM, ALGORITHMS[0]);
  for (const name of [
    "none",
    "noNE",
    "",
    "HS256",
    "es256",
    "Es256",
    "ES256 ",
    "ES384",
    "ed25519",
    "PS256",
    null,
    7,
    ["ES256"],
  ]) {
    assert.equal(isAlgorithm(name), false, String(name));
  }
});

for (const [file, alg] of [
  ["ecdsa_secp256r1_sha256_p1363_test", "ES256"],
  ["ed25519_test", "EdDSA"],
] as const) {
  test(`${alg} agrees with every published vector`, () => {
    let checked = 0;
    for (const group of vectorGroups<SignatureGroup>(file)) {
      const spki = Buffer.from(group.publicKeyDer, "hex");
      const jwk = createPublicKey({ key: spki, format: "der", type: "spki" }).export({ format: "jwk" });
      const key = importVerificationKey({ ...jwk, alg, kid: "vector" });
      for (const { tcId, msg, sig, result } of group.tests) {
        const verdict = key.verify(Buffer.from(msg, "hex"), Buffer.from(sig, "hex"));
        assert.equal(verdict, result === "valid", `tcId ${tcId}`);
        checked++;
      }
    }
    assert.ok(checked > 100);
  });
}

test("an ES256 signature with r or s zero, or not below the order, is refused", () => {
  const signing = createSigningKey("ES256");
  const key = importVerificationKey(signing.publicJwk);
  const input = Buffer.from("input");
  const good = signing.sign(input);
  assert.equal(key.verify(input, good), true);
  for (const edge of [Buffer.alloc(32), P256_ORDER, Buffer.alloc(32, 0xff)]) {
    assert.equal(key.verify(input, Buffer.concat([edge, good.subarray(32)])), false);
    assert.equal(key.verify(input, Buffer.concat([good.subarray(0, 32), edge])), false);
    assert.equal(key.verify(input, Buffer.concat([edge, edge])), false);
  }
});

for (const alg of ALGORITHMS) {
  test(`${alg}: any changed bit, and any changed length, spoils a signature`, () => {
    const signing = createSigningKey(alg);
    const key = importVerificationKey(signing.publicJwk);
    const input = Buffer.from("what is signed");
    const good = signing.sign(input);
    assert.equal(key.verify(input, good), true);
    for (let at = 0; at < good.length; at += 7) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      assert.equal(key.verify(input, bad), false);
    }
    for (const bad of [
      Buffer.alloc(0),
      good.subarray(1),
      good.subarray(0, -1),
      Buffer.concat([good, Buffer.alloc(1)]),
    ]) {
      assert.equal(key.verify(input, bad), false);
    }
    assert.equal(key.verify(Buffer.from("what is Signed"), good), false);
  });

  test(`${alg}: another implementation reads our signatures, and we read its`, async () => {
    const signing = createSigningKey(alg);
    const input = `${Buffer.from(JSON.stringify({ alg })).toString("base64url")}.e30`;
    const ours = `${input}.${signing.sign(input).toString("base64url")}`;
    await jose.compactVerify(ours, await jose.importJWK({ ...signing.publicJwk }, alg));

    const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
    const theirs = await new jose.CompactSign(Buffer.from("{}")).setProtectedHeader({ alg }).sign(privateKey);
    const key = importVerificationKey({ ...(await jose.exportJWK(publicKey)), alg, kid: "theirs" });
    const dot = theirs.lastIndexOf(".");
    assert.equal(key.verify(Buffer.from(theirs.slice(0, dot)), Buffer.from(theirs.slice(dot + 1), "base64url")), true);
  });
}

test("row 12: no r turns up twice in ten thousand ES256 signatures of one text", () => {
  const key = createSigningKey("ES256");
  const input = Buffer.from("always the same");
  const seen = new Set<string>();
  for (let n = 0; n < 10_000; n++) seen.add(key.sign(input).toString("latin1", 0, 32));
  assert.equal(seen.size, 10_000);
});
