import assert from "node:assert/strict";
import { test } from "node:test";
import { sessionKeyQuery, sessionKeySignature } from "./session-key-signature.ts";

test("the key is the base64 text, as in WeChat's own vector", () => {
  assert.equal(
    sessionKeySignature("o0q0otL8aEzpcZL/FT9WsQ==", '{"foo":"bar"}'),
    "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b",
  );
});

test("the query signs the empty message and holds no key", () => {
  assert.deepEqual(sessionKeyQuery("o-user", "c2Vzc2lvbi1rZXk="), {
    openid: "o-user",
    signature: sessionKeySignature("c2Vzc2lvbi1rZXk=", ""),
    sig_method: "hmac_sha256",
  });
});
