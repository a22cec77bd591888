import assert from "node:assert/strict";
import { test } from "node:test";
import { newRequestId, requestCaller } from "./request-caller.ts";

test("every request has an id of our own, and the caller's X-Request-Id stands beside it", () => {
  const one = requestCaller("trace-7", "203.0.113.7");
  const other = requestCaller("trace-7", "203.0.113.7");
  assert.match(one.requestId, /^[A-Za-z0-9_-]{16}$/);
  assert.notEqual(one.requestId, other.requestId);
  assert.equal(one.theirRequestId, "trace-7");
  assert.equal(one.address, "203.0.113.7");
  assert.equal(one.by, "user");
});

test("a caller's id that could break a log line is dropped", () => {
  for (const id of [undefined, "", "a b", "line\nbreak", "x".repeat(65), "\u202etext", '"}']) {
    assert.equal(requestCaller(id, undefined).theirRequestId, undefined, JSON.stringify(id));
  }
});

test("an id can be typed behind a command: it never begins like an option", () => {
  const bytes = Buffer.alloc(12, 0xff);
  bytes[0] = 0xf8;
  assert.match(
    newRequestId(() => bytes),
    /^0P_{14}$/,
  );
});
