import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "@hufu/simulator";
import { zipfDraws } from "./zipf.ts";

test("the second place comes up half as often as the first, the tenth a tenth as often", () => {
  const counts = new Map<number, number>();
  for (const place of zipfDraws({ places: 1000, draws: 200_000, roll: createSeededRandom(1).roll })) {
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const share = (place: number): number => (counts.get(place) ?? 0) / (counts.get(0) ?? 0);
  assert.ok(Math.abs(share(1) - 0.5) < 0.03, `${share(1)}`);
  assert.ok(Math.abs(share(9) - 0.1) < 0.02, `${share(9)}`);
  assert.ok([...counts.keys()].every((place) => place >= 0 && place < 1000));
});

test("each place has exactly its share of the draws", () => {
  // Of three places the weights are 6, 3 and 2 elevenths.
  const rolls = Array.from({ length: 11 }, (_, at) => (at + 0.5) / 11);
  const draws = zipfDraws({ places: 3, draws: 11, roll: () => rolls.shift() ?? 0 });
  assert.deepEqual([...draws], [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2]);
});

test("the highest roll still falls on a place, and the same seed draws the same", () => {
  assert.deepEqual([...zipfDraws({ places: 5, draws: 1, roll: () => 1 - 2 ** -53 })], [4]);
  const [one, other] = [7, 7].map((seed) => zipfDraws({ places: 100, draws: 50, roll: createSeededRandom(seed).roll }));
  assert.deepEqual(one, other);
});
