import assert from "node:assert/strict";
import { test } from "node:test";
import { ATTEMPTS_MOST, delayAfter } from "./retry-schedule.ts";

const least = (size: number): Buffer => Buffer.alloc(size, 0);
const most = (size: number): Buffer => Buffer.alloc(size, 255);
const ATTEMPTS = Array.from({ length: ATTEMPTS_MOST }, (_, at) => at + 1);

test("each delay is longer than the one before, the first is five seconds, and none is longer than thirty hours", () => {
  const delays = ATTEMPTS.slice(0, -1).map((attempt) => delayAfter(attempt, least) ?? Number.NaN);
  assert.equal(delays[0], 5000);
  for (const [at, delay] of delays.entries()) assert.ok(at === 0 || delay > (delays[at - 1] ?? 0));
  assert.ok(ATTEMPTS.every((attempt) => (delayAfter(attempt, most) ?? 0) <= 30 * 3_600_000));
});

test("after the last of thirteen attempts, three days after the first, there is none", () => {
  assert.equal(ATTEMPTS_MOST, 13);
  assert.equal(delayAfter(ATTEMPTS_MOST, most), null);
  const days = ATTEMPTS.reduce((sum, attempt) => sum + (delayAfter(attempt, least) ?? 0), 0) / 86_400_000;
  assert.ok(days > 2.9 && days < 3.1, `${days} days`);
});

test("up to a quarter is drawn on top", () => {
  assert.equal(delayAfter(2, least), 30_000);
  assert.equal(
    delayAfter(2, (size) => Buffer.alloc(size, 128)),
    33_765,
  );
  assert.equal(delayAfter(2, most), 37_500);
});
