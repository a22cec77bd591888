import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { createSharedLookup } from "./shared-lookup.ts";

/** Looks that are answered by hand, and pauses that end by hand. */
function createScene(everyMs: number) {
  let elapsed = 0;
  const looks: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const pauses: { readonly ms: number; readonly end: () => void }[] = [];
  const lookup = createSharedLookup({
    look: () => new Promise<void>((resolve, reject) => looks.push({ end: resolve, fail: reject })),
    what: "the issuer",
    clock: { now: () => elapsed, monotonic: () => elapsed },
    pause: (ms) => new Promise<void>((resolve) => pauses.push({ ms, end: resolve })),
    everyMs,
    mostWaiting: 3,
  });
  return { lookup, looks, pauses, advance: (ms: number) => (elapsed += ms) };
}

const FOREVER = Number.POSITIVE_INFINITY;

test("who comes while a look is under way waits for the next one, which all who wait share", async () => {
  const { lookup, looks } = createScene(0);
  const first = lookup.fresh(FOREVER);
  await setImmediate();
  assert.equal(looks.length, 1);
  let hasAnswer = false;
  const others = Promise.all([lookup.fresh(FOREVER), lookup.fresh(FOREVER)]).then(() => {
    hasAnswer = true;
  });
  looks[0]?.end();
  await first;
  await setImmediate();
  assert.deepEqual([looks.length, hasAnswer], [2, false]);
  looks[1]?.end();
  await others;
  assert.equal(looks.length, 2);
});

test("between the beginnings of two looks the time passes that was set", async () => {
  const { lookup, looks, pauses, advance } = createScene(1000);
  const first = lookup.fresh(FOREVER);
  await setImmediate();
  looks[0]?.end();
  await first;
  advance(300);
  const second = lookup.fresh(FOREVER);
  await setImmediate();
  assert.deepEqual([looks.length, pauses.map(({ ms }) => ms)], [1, [700]]);
  pauses[0]?.end();
  await setImmediate();
  looks[1]?.end();
  await second;
});

test("a look that fails, one that takes too long, and one too many who wait are errors, each with its reason", async () => {
  const { lookup, looks } = createScene(0);
  const failed = [lookup.fresh(FOREVER), lookup.fresh(1), lookup.fresh(FOREVER)];
  await assert.rejects(lookup.fresh(FOREVER), /more than 3 wait/);
  await assert.rejects(failed[1] ?? Promise.resolve(), /the issuer did not answer within 1 ms/);
  looks[0]?.fail(new Error("ECONNREFUSED"));
  for (const each of [failed[0], failed[2]]) await assert.rejects(each ?? Promise.resolve(), /ECONNREFUSED/);
  const again = lookup.fresh(FOREVER);
  await setImmediate();
  looks[1]?.end();
  await again;
});
