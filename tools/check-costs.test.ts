import assert from "node:assert/strict";
import { test } from "node:test";
import { findSteps } from "./check-costs.ts";

test("a step of more than a fifth is found, up and down, and so is what is not on both sides", () => {
  assert.deepEqual(findSteps({ guard: 1000 }, { guard: 1199 }), []);
  assert.deepEqual(findSteps({ guard: 1000 }, { guard: 900 }), []);
  assert.match(findSteps({ guard: 1000 }, { guard: 1201 }).join(), /more than a fifth/);
  assert.match(findSteps({ guard: 1000 }, { guard: 800 }).join(), /record it/);
  assert.equal(findSteps({ guard: 1000 }, { other: 1 }).length, 2);
});
