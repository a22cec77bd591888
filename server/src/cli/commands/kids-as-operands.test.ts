import assert from "node:assert/strict";
import { test } from "node:test";
import { kidsAsOperands } from "./kids-as-operands.ts";

const KID = `-c${"x".repeat(41)}`;

test("a key id that begins like an option goes behind the end of the options, wherever it stood", () => {
  const expected = ["keys", "revoke", "--config", "hufu.json", "--", KID];
  assert.deepEqual(kidsAsOperands(["keys", "revoke", KID, "--config", "hufu.json"]), expected);
  assert.deepEqual(kidsAsOperands(["keys", "revoke", "--config", "hufu.json", KID]), expected);
  assert.deepEqual(kidsAsOperands(expected), expected);
});

test("what stood behind the end of the options stays there, and nothing else is moved", () => {
  assert.deepEqual(kidsAsOperands(["a", KID, "--", "b", "-c"]), ["a", "--", KID, "b", "-c"]);
  for (const argv of [[], ["--"], ["token", "inspect", "-"], ["-c", "x".repeat(43)], [`${KID}x`], [KID.slice(1)]]) {
    assert.deepEqual(kidsAsOperands(argv), argv);
  }
});
