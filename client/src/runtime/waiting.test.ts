import assert from "node:assert/strict";
import { test } from "node:test";
import type { Runtime } from "./runtime.ts";
import { createWaiting } from "./waiting.ts";

/** A device whose timers and clock move only by `pass`. */
function createDevice() {
  let now = 1_000_000;
  let clock = now;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  const shows: (() => void)[] = [];
  const hides: (() => void)[] = [];
  const runtime = {
    now: () => clock,
    later(ms: number, run: () => void) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    onShow: (run: () => void) => void shows.push(run),
    onHide: (run: () => void) => void hides.push(run),
  } satisfies Partial<Runtime>;
  return {
    runtime: runtime as Partial<Runtime> as Runtime,
    pass(ms: number) {
      const end = now + ms;
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers = timers.filter((one) => one !== next);
        clock += next.at - now;
        now = next.at;
        next.run();
      }
      clock += end - now;
      now = end;
    },
    jump: (ms: number) => {
      clock += ms;
    },
    show: () => shows.forEach((run) => void run()),
    hide: () => hides.forEach((run) => void run()),
    timers: () => timers.length,
  };
}

/** A deadline of ten seconds, and whether it has passed. */
function tenSeconds() {
  const device = createDevice();
  let isLate = false;
  const deadline = createWaiting(device.runtime, () => 0).deadline(10_000, () => {
    isLate = true;
  });
  return { device, deadline, isLate: () => isLate };
}

test("a deadline passes after its time, and not before", () => {
  const { device, deadline, isLate } = tenSeconds();
  device.pass(9999);
  assert.deepEqual([isLate(), deadline.isOver(), deadline.left()], [false, false, 1]);
  device.pass(1);
  assert.deepEqual([isLate(), deadline.isOver(), deadline.left(), device.timers()], [true, true, 0, 0]);
});

test("time in the background does not count", () => {
  const { device, deadline, isLate } = tenSeconds();
  device.pass(4000);
  device.hide();
  device.pass(300_000);
  assert.equal(deadline.left(), 6000);
  device.show();
  device.pass(5999);
  assert.equal(isLate(), false);
  device.pass(1);
  assert.equal(isLate(), true);
});

test("a background whose end is never told ends after ten minutes", () => {
  const { device, isLate } = tenSeconds();
  device.hide();
  device.pass(600_000);
  assert.equal(isLate(), false);
  device.pass(20_000);
  assert.equal(isLate(), true);
});

for (const jump of [86_400_000, -86_400_000]) {
  test(`a clock that jumps by ${jump} ms moves no deadline`, () => {
    const { device, isLate } = tenSeconds();
    device.pass(5000);
    device.jump(jump);
    device.pass(4999);
    assert.equal(isLate(), false);
    device.pass(1);
    assert.equal(isLate(), true);
  });

  test(`a clock that jumps by ${jump} ms in the background keeps a deadline bounded`, () => {
    const { device, isLate } = tenSeconds();
    device.hide();
    device.jump(jump);
    device.pass(1000);
    device.show();
    device.pass(20_000);
    assert.equal(isLate(), true);
  });
}

test("a renewed deadline has its whole time again, a cancelled one never passes", () => {
  const { device, deadline, isLate } = tenSeconds();
  device.pass(9000);
  deadline.renew();
  device.pass(9000);
  assert.equal(isLate(), false);
  deadline.cancel();
  device.pass(100_000);
  assert.deepEqual([isLate(), device.timers()], [false, 0]);
});

test("a pause waits for the foreground, and one that may be woken ends when the app comes back", async () => {
  const device = createDevice();
  const waiting = createWaiting(device.runtime, () => 0);
  const ended: string[] = [];
  const pauses = [
    waiting.pause(1000, false).then(() => ended.push("patient")),
    waiting.pause(60_000, true).then(() => ended.push("woken")),
  ];
  device.hide();
  device.pass(2000);
  await Promise.resolve();
  assert.deepEqual(ended, []);
  device.show();
  await Promise.all(pauses);
  assert.deepEqual(ended.toSorted(), ["patient", "woken"]);
  assert.equal(device.timers(), 0);
});
