import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { authorizationHeader, authorizationHeaders, type WithHeaders } from "./credentials-in-request.ts";

const repeated = (error: unknown): boolean => error instanceof HufuError && error.reason === "credentials_repeated";

/** A request as a shim makes it: with parsed headers alone. */
function imitated(headers: WithHeaders["headers"], rawHeaders: string[] = []): WithHeaders {
  return { headers, rawHeaders };
}

test("Node's raw headers show every credential", () => {
  const one = imitated({ authorization: "Bearer a" }, ["Host", "x", "authorization", "Bearer a"]);
  assert.equal(authorizationHeader(one), "Bearer a");
  const two = imitated({ authorization: "Bearer a" }, ["Authorization", "Bearer a", "AUTHORIZATION", "Bearer b"]);
  assert.deepEqual(authorizationHeaders(two), ["Bearer a", "Bearer b"]);
  assert.throws(() => authorizationHeader(two), repeated);
});

test("what leaves rawHeaders empty, as serverless-http does, is read from the parsed headers", () => {
  for (const headers of [
    { authorization: "Bearer a" },
    { Authorization: "Bearer a" },
    Object.assign(Object.create(null), { authorization: ["Bearer a"] }),
  ]) {
    assert.equal(authorizationHeader(imitated(headers)), "Bearer a");
    assert.deepEqual(authorizationHeaders(imitated(headers)), ["Bearer a"]);
  }
  assert.equal(authorizationHeader(imitated({})), undefined);
  assert.throws(() => authorizationHeader(imitated({ authorization: "Bearer a, Bearer b" })), repeated);
  const without: unknown = { headers: { authorization: "Bearer a" } };
  assert.equal(authorizationHeader(without as WithHeaders), "Bearer a");
});
