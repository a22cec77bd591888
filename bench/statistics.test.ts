import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRounds, median, quantile, spread } from "./statistics.ts";

test("a median is the middle value, or between the two in the middle", () => {
  assert.equal(median([3]), 3);
  assert.equal(median([9, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test("a quantile lies between the values beside it, and sorting is by size, not by text", () => {
  assert.equal(quantile([100, 20, 3], 0), 3);
  assert.equal(quantile([100, 20, 3], 1), 100);
  assert.equal(quantile([0, 10, 20, 30], 0.25), 7.5);
});

test("a spread is half the distance of the quartiles, as a share of the median", () => {
  assert.equal(spread([5, 5, 5]), 0);
  assert.equal(spread([80, 90, 100, 110, 120]), 0.1);
});

test("rounds are compared with the round beside them, so that a machine that slows down changes nothing", () => {
  const { ratio, spread: scatter } = compareRounds([200, 100, 20], [100, 50, 10]);
  assert.equal(ratio, 2);
  assert.equal(scatter, 0);
});

test("one odd round does not move the ratio", () => {
  assert.equal(compareRounds([20, 20, 9000, 20, 20], [10, 10, 10, 10, 10]).ratio, 2);
});

test("what cannot be computed is refused instead of becoming NaN", () => {
  assert.throws(() => median([]), TypeError);
  assert.throws(() => median([1, Number.NaN]), TypeError);
  assert.throws(() => compareRounds([1, 2], [1]), TypeError);
  assert.throws(() => compareRounds([1], [0]), TypeError);
});
