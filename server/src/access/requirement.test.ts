import assert from "node:assert/strict";
import { test } from "node:test";
import { compileRequirement } from "./requirement.ts";

test("the same text gives the same object, frozen", () => {
  const requirement = compileRequirement("order:read:own");
  assert.equal(compileRequirement("order:read:own"), requirement);
  assert.ok(Object.isFrozen(requirement));
  assert.deepEqual({ ...requirement }, { text: "order:read:own", resource: "order", action: "read", reach: "own" });
});

test("a mistake stays a mistake when it is repeated", () => {
  for (let i = 0; i < 3; i += 1) assert.throws(() => compileRequirement("order"), TypeError);
});
