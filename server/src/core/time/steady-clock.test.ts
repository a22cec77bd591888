import assert from "node:assert/strict";
import { test } from "node:test";
import { createSteadyClock } from "./steady-clock.ts";

/** A wall clock that can be set, and a monotonic one that cannot. */
function twoClocks(): { wall: number; passed: number; now: () => number; monotonic: () => number } {
  const clocks = {
    wall: 1_700_000_000_000,
    passed: 5,
    now: () => clocks.wall,
    monotonic: () => clocks.passed,
  };
  return clocks;
}

test("a wall clock that is set back does not take the time back", () => {
  const clocks = twoClocks();
  const clock = createSteadyClock(clocks);
  clocks.wall -= 3_600_000;
  clocks.passed += 1000;
  assert.equal(clock.now(), 1_700_000_001_000);
});

test("a forward step counts while it lasts, and not after it was taken back", () => {
  const clocks = twoClocks();
  const clock = createSteadyClock(clocks);
  clocks.wall += 3_600_000;
  assert.equal(clock.now(), clocks.wall);
  assert.equal(clock.steady(), 1_700_000_000_000);
  clocks.wall -= 3_600_000;
  assert.equal(clock.now(), 1_700_000_000_000);
});

test("what is steady already is not wrapped again", () => {
  const clock = createSteadyClock(twoClocks());
  assert.equal(createSteadyClock(clock), clock);
});
