import assert from "node:assert/strict";
import { test } from "node:test";
import { createSigningKey } from "../keys/signing-key.ts";
import { clientClaims, userClaims } from "./sample-token.fixture.ts";
import { signAccessToken } from "./sign-access-token.ts";

const key = createSigningKey("EdDSA");
const part = (token: string, index: number): string =>
  Buffer.from(token.split(".")[index] ?? "", "base64url").toString();

test("the header says type, algorithm and key, and is the same for all tokens of a key", () => {
  const token = signAccessToken(key, userClaims);
  assert.equal(part(token, 0), `{"alg":"EdDSA","typ":"at+jwt","kid":"${key.kid}"}`);
  assert.equal(token.split(".")[0], signAccessToken(key, clientClaims).split(".")[0]);
});

test("members have one order, independent of the object's order", () => {
  const backwards = Object.fromEntries(Object.entries(userClaims).reverse()) as object as typeof userClaims;
  assert.equal(part(signAccessToken(key, backwards), 1), part(signAccessToken(key, userClaims), 1));
});

test("everything that a token says is in it, and nothing that its type does not know", () => {
  const full = { ...userClaims, cnf: { jkt: "A".repeat(43) }, claims: { shop: 7 } };
  assert.deepEqual(JSON.parse(part(signAccessToken(key, { ...full, secret: "no" } as typeof full), 1)), full);
  assert.deepEqual(JSON.parse(part(signAccessToken(key, clientClaims), 1)), clientClaims);
});

test("a token that no verifier would read is not made", () => {
  const permissions = Array.from({ length: 500 }, (_, n) => `resource-${n}:read`);
  assert.throws(() => signAccessToken(key, { ...userClaims, permissions }), /too many claims/);
});
