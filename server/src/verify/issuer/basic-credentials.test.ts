import assert from "node:assert/strict";
import { test } from "node:test";
import { basicAuthorization } from "./basic-credentials.ts";

test("id and secret are form-encoded, so that a colon or a plus sign in either does no harm", () => {
  const [scheme, encoded = ""] = basicAuthorization({ clientId: "a:b c", clientSecret: "x+y%z虎" }).split(" ");
  assert.equal(scheme, "Basic");
  assert.equal(Buffer.from(encoded, "base64").toString(), "a%3Ab+c:x%2By%25z%E8%99%8E");
});
