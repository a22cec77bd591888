import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { HufuError } from "../../core/errors/errors.ts";
import { base64url, forge, refusal, vectorGroups } from "../access-token/sample-token.fixture.ts";
import { ALGORITHMS, isAlgorithm } from "../keys/algorithms.ts";
import { createSigningKey } from "../keys/signing-key.ts";
import { importVerificationKey, type VerificationKey } from "../keys/verification-key.ts";
import { MAX_JWS_LENGTH, parseCompactJws, verifyCompactJws } from "./compact-jws.ts";

interface JwsGroup {
  readonly public?: Readonly<Record<string, unknown>>;
  readonly private?: Readonly<Record<string, unknown>>;
  readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: string }[];
}

function keyOrNone(jwk: unknown): VerificationKey | undefined {
  try {
    return importVerificationKey(jwk);
  } catch (error) {
    assert.ok(error instanceof TypeError);
    return undefined;
  }
}

function accepts(jws: string, key: VerificationKey | undefined): boolean {
  if (key === undefined) return false;
  try {
    verifyCompactJws(jws, key);
    return true;
  } catch (error) {
    assert.ok(error instanceof HufuError);
    return false;
  }
}

test("the published JWS vectors: ES256 and RS256 agree, everything else is refused", () => {
  let accepted = 0;
  let checked = 0;
  for (const group of vectorGroups<JwsGroup>("json_web_signature_test")) {
    const jwk = group.public ?? group.private ?? {};
    const key = keyOrNone(jwk);
    for (const { tcId, jws, result } of group.tests) {
      const verdict = accepts(jws, key);
      assert.equal(verdict, isAlgorithm(jwk["alg"]) && result === "valid", `tcId ${tcId}`);
      checked++;
      if (verdict) accepted++;
    }
  }
  assert.ok(checked > 380);
  assert.equal(accepted, 10);
});

test("a signature with spaces, padding, line ends or left-over bits is refused by its spelling", () => {
  const signing = createSigningKey("EdDSA");
  const key = importVerificationKey(signing.publicJwk);
  const good = forge(signing, { alg: "EdDSA" }, "{}");
  assert.ok(verifyCompactJws(good, key));
  const last = good.slice(-1);
  const twin = String.fromCharCode(last.charCodeAt(0) + 1);
  for (const bad of [
    `${good}=`,
    `${good}==`,
    `${good}\n`,
    ` ${good}`,
    `${good} `,
    `${good.slice(0, -4)} ${good.slice(-4)}`,
    `${good}.`,
    `.${good}`,
    good.replace(".", ".."),
    good.replaceAll(".", "\u3002"),
    good.slice(0, -1) + twin,
    good.replaceAll("-", "+").replaceAll("_", "/").replace(/.$/, "+"),
    `${good}\0`,
    `${good}é`,
  ]) {
    assert.throws(() => verifyCompactJws(bad, key), refusal("token_malformed"), bad);
  }
});

test("a header is remembered with its verdict, never with another token's", () => {
  const signing = createSigningKey("ES256");
  const key = importVerificationKey(signing.publicJwk);
  for (let n = 0; n < 200; n++) {
    const good = forge(signing, { alg: "ES256", kid: `k${n}` }, `{"n":${n}}`);
    assert.equal(verifyCompactJws(good, key).header["kid"], `k${n}`);
    assert.throws(() =>
      parseCompactJws(forge(signing, { alg: "ES256", kid: `k${n}`, crit: [] }, "{}"), "token_malformed"),
    );
  }
});

test("any text above 8 KiB is refused", () => {
  const signing = createSigningKey("EdDSA");
  const key = importVerificationKey(signing.publicJwk);
  const long = forge(signing, { alg: "EdDSA" }, JSON.stringify({ a: "x".repeat(MAX_JWS_LENGTH) }));
  assert.throws(() => verifyCompactJws(long, key), refusal("token_malformed"));
  assert.throws(() => verifyCompactJws("A".repeat(1 << 20), key), refusal("token_malformed"));
});

test("the reason is the caller's", () => {
  assert.throws(() => parseCompactJws("a.b", "proof_invalid"), refusal("proof_invalid"));
});

test("a public key used as an HMAC secret, in any encoding, opens nothing", () => {
  for (const alg of ALGORITHMS) {
    const { publicJwk } = createSigningKey(alg);
    const key = importVerificationKey(publicJwk);
    const encodings = [
      JSON.stringify(publicJwk),
      JSON.stringify({ ...publicJwk }, undefined, 2),
      publicJwk.kty === "RSA" ? publicJwk.n : publicJwk.x,
      Buffer.from(publicJwk.kty === "RSA" ? publicJwk.n : publicJwk.x, "base64url"),
    ];
    for (const hmac of ["HS256", alg]) {
      const input = `${base64url(JSON.stringify({ alg: hmac, kid: key.kid }))}.${base64url("{}")}`;
      for (const secret of encodings) {
        const mac = createHmac("sha256", secret).update(input).digest();
        for (const signature of [mac, Buffer.concat([mac, mac])]) {
          assert.throws(() => verifyCompactJws(`${input}.${base64url(signature)}`, key), refusal("token_signature"));
        }
      }
    }
  }
});

test("nothing but a refusal ever comes out of any text", () => {
  const key = importVerificationKey(createSigningKey("ES256").publicJwk);
  const part = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => base64url(Buffer.from(bytes))),
    fc.jsonValue().map((value) => base64url(JSON.stringify(value))),
    fc.constant(base64url('{"alg":"ES256"}')),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(part, { maxLength: 6 }).map((parts) => parts.join(".")),
  );
  fc.assert(
    fc.property(text, (jws) => {
      assert.throws(() => verifyCompactJws(jws, key), HufuError);
    }),
    { numRuns: 500 },
  );
});
