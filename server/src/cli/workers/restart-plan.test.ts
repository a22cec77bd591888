import assert from "node:assert/strict";
import { test } from "node:test";
import { restartPauseMs, shortLives } from "./restart-plan.ts";

test("the first end is followed at once, those that come soon after one another later and later", () => {
  const pauses: number[] = [];
  let lives = 0;
  for (let end = 0; end < 8; end += 1) {
    lives = shortLives(lives, 100);
    pauses.push(restartPauseMs(lives));
  }
  assert.deepEqual(pauses, [0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("a worker that has lived for half a minute begins the count anew", () => {
  assert.equal(shortLives(6, 29_999), 7);
  assert.equal(restartPauseMs(shortLives(6, 30_000)), 0);
});
