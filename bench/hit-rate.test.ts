import assert from "node:assert/strict";
import { test } from "node:test";
import { createGenerationMap } from "../server/src/core/generation-map.ts";
import { hitRate, leastRecentlyUsed } from "./hit-rate.ts";

test("what was used last stays, what was not used for longest goes", () => {
  const draws = Uint32Array.of(1, 2, 1, 3, 1, 2);
  // 3 takes the place of 2, because 1 was used since.
  assert.equal(hitRate(draws, leastRecentlyUsed(2), 0), 2 / 6);
  assert.equal(hitRate(draws, leastRecentlyUsed(3), 0), 3 / 6);
});

test("draws of the warm-up fill the cache and are not counted", () => {
  assert.equal(hitRate(Uint32Array.of(1, 2, 1, 2), leastRecentlyUsed(2), 2), 1);
});

test("our own cache is asked in the same way", () => {
  const draws = Uint32Array.of(1, 2, 3, 3, 2, 1);
  assert.equal(hitRate(draws, createGenerationMap<number, true>(6), 0), 3 / 6);
  assert.equal(hitRate(draws, createGenerationMap<number, true>(2), 0), 2 / 6);
});
