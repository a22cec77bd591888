import assert from "node:assert/strict";
import { test } from "node:test";
import { isDigestOf } from "./content-digest.ts";

// The example of RFC 9530, appendix B.1 and D: its greeting ends with a line feed.
const BODY = Buffer.from("eyJoZWxsbyI6ICJ3b3JsZCJ9Cg==", "base64");
const SHA_256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:";
const SHA_512 = "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:";

test("the examples of RFC 9530 are digests of its body, and of no other", () => {
  for (const digest of [SHA_256, SHA_512, `${SHA_256}, ${SHA_512}`, `${SHA_512} ,\t${SHA_256}`]) {
    assert.equal(isDigestOf(digest, BODY), true, digest);
    assert.equal(isDigestOf(digest, BODY.subarray(1)), false, digest);
  }
});

test("an unknown algorithm is ignored beside a known one, and is not enough alone", () => {
  assert.equal(isDigestOf(`md5=:Sd/dVLAcvNLSq16eXua5uQ==:, ${SHA_256}`, BODY), true);
  assert.equal(isDigestOf("md5=:Sd/dVLAcvNLSq16eXua5uQ==:", BODY), false);
});

test("each known digest must be right, and the form must be that of a dictionary", () => {
  for (const digest of [
    "",
    ",",
    `${SHA_256},`,
    SHA_256.toUpperCase(),
    SHA_256.replaceAll(":", ""),
    SHA_256.replace("sha-256=", ""),
    SHA_256.replace("RK", "RL"),
    `${SHA_256}, sha-512=:AAAA:`,
    `sha-256=:AAAA:, ${SHA_256}`,
    `${SHA_256};q=1`,
  ]) {
    assert.equal(isDigestOf(digest, BODY), false, digest);
  }
});
