import assert from "node:assert/strict";
import test from "node:test";
import { failedTests } from "./failed-tests.ts";

test("a failed test is named with its place, and one that passed is not", () => {
  const output = `✔ passes (1.2ms)
✖ fails (3.4ms)
ℹ fail 2

✖ failing tests:

test at server/src/a.test.ts:3:1
✖ fails (3.4ms)
  AssertionError: no
✖ this line is part of the error

test at server/src/b.test.ts:10:5
✖ a name (with brackets) (120000.1ms)
  'test timed out after 120000ms'
`;
  assert.deepEqual(failedTests(output), [
    "server/src/a.test.ts:3:1 fails",
    "server/src/b.test.ts:10:5 a name (with brackets)",
  ]);
  assert.deepEqual(failedTests("✔ passes (1.2ms)\nℹ fail 0\n"), []);
});
