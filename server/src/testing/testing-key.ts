import { createECDH, createHash } from "node:crypto";
import { toBase64url } from "../core/base64url.ts";
import { importSigningKey, type SigningKey } from "../token/keys/signing-key.ts";

/** Anyone who reads this sentence has the private key: that is the point, and why production refuses it. */
const SENTENCE = "hufu testing key: never for production";
const COORDINATE_BYTES = 32;

/** The key of all tests, the same everywhere. Its thumbprint is in `token/testing-keys.ts`. */
export function testingKey(): SigningKey {
  const scalar = createHash("sha256").update(SENTENCE, "utf8").digest();
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(scalar);
  // Uncompressed: 0x04, x, y.
  const point = curve.getPublicKey();
  return importSigningKey("ES256", {
    kty: "EC",
    crv: "P-256",
    d: toBase64url(scalar),
    x: toBase64url(point.subarray(1, 1 + COORDINATE_BYTES)),
    y: toBase64url(point.subarray(1 + COORDINATE_BYTES)),
  });
}
