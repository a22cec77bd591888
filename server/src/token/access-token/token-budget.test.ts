import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../../core/random.ts";
import { createSigningKey } from "../keys/signing-key.ts";
import { userClaims } from "./sample-token.fixture.ts";
import { newTokenId, signAccessToken } from "./sign-access-token.ts";

test("B17: the token of a member with five permissions, unbound, has at most 900 bytes", () => {
  assert.equal(userClaims.openid?.length, 28);
  for (const alg of ["ES256", "EdDSA", "Ed25519"] as const) {
    const token = signAccessToken(createSigningKey(alg), {
      ...userClaims,
      jti: newTokenId(systemRandom),
      uid: "1234567890",
      permissions: ["order:read:own", "order:create", "cart:write:own", "profile:read:own", "coupon:redeem:own"],
      ver: 12,
      pol: 123,
    });
    assert.ok(token.length <= 900, `${alg}: ${token.length}`);
  }
});
