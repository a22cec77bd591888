import assert from "node:assert/strict";
import { test } from "node:test";
import * as jose from "jose";
import { ALGORITHMS } from "./algorithms.ts";
import { jwkThumbprint } from "./jwk-thumbprint.ts";
import { createSigningKey } from "./signing-key.ts";

test("the RSA key of RFC 7638 §3.1 has the thumbprint that is printed there", () => {
  const n =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  assert.equal(jwkThumbprint({ kty: "RSA", n, e: "AQAB" }), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
});

test("the Ed25519 key of RFC 8037 A.3 has the thumbprint that is printed there", () => {
  const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  assert.equal(jwkThumbprint({ kty: "OKP", crv: "Ed25519", x }), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
});

test("another implementation computes the same for every kind of key", async () => {
  for (const alg of ALGORITHMS) {
    const { publicJwk, kid } = createSigningKey(alg);
    assert.equal(jwkThumbprint(publicJwk), kid);
    assert.equal(await jose.calculateJwkThumbprint({ ...publicJwk }), kid);
  }
});
