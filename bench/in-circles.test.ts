import assert from "node:assert/strict";
import { test } from "node:test";
import { inCircles, inCirclesWaiting } from "./in-circles.ts";

test("one after another, round and round, over the end of a batch too, whether it waits or not", async () => {
  const asked: number[] = [];
  const ask = (thing: number): number => asked.push(thing);
  for (const contender of [inCircles("a", [1, 2, 3], ask), inCirclesWaiting("b", [1, 2, 3], async (one) => ask(one))]) {
    asked.length = 0;
    await contender.run(2);
    await contender.run(3);
    assert.equal(asked.join(""), "23123");
  }
});

test("one missing answer, and so is the sum; nothing to ask about is no answer", async () => {
  const ask = (thing: number): number => (thing === 2 ? Number.NaN : thing);
  assert.equal(await inCircles("a", [1, 2, 3], ask).run(3), Number.NaN);
  assert.equal(await inCirclesWaiting("b", [1, 2, 3], async (one) => ask(one)).run(3), Number.NaN);
  assert.equal(await inCircles("a", [], ask).run(1), Number.NaN);
});

test("a refusal goes through to the caller that measures", async () => {
  const refuse = (): number => {
    throw new Error("a bad signature");
  };
  assert.throws(() => inCircles("a", [1], refuse).run(1), /a bad signature/);
  await assert.rejects(async () => inCirclesWaiting("b", [1], async () => refuse()).run(1), /a bad signature/);
});
