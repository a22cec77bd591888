import assert from "node:assert/strict";
import { test } from "node:test";
import { type Contender, timeInTurn } from "./measure.ts";

/** A clock that only work moves. */
function scene(): {
  readonly clock: () => number;
  readonly order: string[];
  contender(name: string, ms: number): Contender;
} {
  let now = 0;
  const order: string[] = [];
  return {
    clock: () => now,
    order,
    contender: (name, ms) => ({
      name,
      run(times) {
        order.push(name);
        now += ms * times;
        return times;
      },
    }),
  };
}

test("contenders take turns, and none is always the first", async () => {
  const { clock, order, contender } = scene();
  await timeInTurn([contender("a", 1), contender("b", 1), contender("c", 1)], {
    rounds: 3,
    batchMs: 32,
    warmUpMs: 0,
    clock,
  });
  assert.equal(order.slice(-9).join(""), "abcbcacab");
});

test("what takes twice as long is half as fast, and both run for about as long", async () => {
  const { clock, contender } = scene();
  const [fast, slow] = await timeInTurn([contender("fast", 0.5), contender("slow", 1)], {
    rounds: 5,
    batchMs: 100,
    warmUpMs: 300,
    clock,
  });
  assert.equal(fast?.perSecond, 2000);
  assert.equal(slow?.perSecond, 1000);
  assert.equal(fast?.rounds.length, 5);
});

test("nothing runs more often than allowed, and each batch is prepared untimed", async () => {
  const { clock, contender } = scene();
  const prepared: number[] = [];
  const [timing] = await timeInTurn([{ ...contender("a", 0.001), prepare: (times) => prepared.push(times) }], {
    rounds: 4,
    batchMs: 100,
    warmUpMs: 1,
    most: 50,
    clock,
  });
  assert.ok(prepared.length > 4);
  assert.ok(prepared.every((times) => times <= 50));
  assert.ok(Math.abs((timing?.perSecond ?? 0) - 1_000_000) < 1);
});

test("a missing result is an error, not a fast round", async () => {
  const { clock } = scene();
  const broken: Contender = { name: "broken", run: () => Number.NaN };
  await assert.rejects(
    timeInTurn([broken], { rounds: 1, batchMs: 1, warmUpMs: 0, clock }),
    /broken: a result is missing/,
  );
});

test("what gives a promise is waited for before the next has its turn, and its time counts", async () => {
  const { clock, order, contender } = scene();
  const quick = contender("quick", 1);
  const waiting: Contender = {
    name: "waiting",
    async run(times) {
      await Promise.resolve();
      return contender("waiting", 2).run(times);
    },
  };
  const [a, b] = await timeInTurn([quick, waiting], { rounds: 2, batchMs: 32, warmUpMs: 0, clock });
  assert.deepEqual(order.slice(-4), ["quick", "waiting", "waiting", "quick"]);
  assert.equal(a?.perSecond, 1000);
  assert.equal(b?.perSecond, 500);
});

test("a promise of no result, or one that is rejected, is an error too", async () => {
  const { clock } = scene();
  const plan = { rounds: 1, batchMs: 1, warmUpMs: 0, clock };
  const empty: Contender = { name: "empty", run: async () => Number.NaN };
  const refused: Contender = { name: "refused", run: () => Promise.reject(new Error("a bad signature")) };
  await assert.rejects(timeInTurn([empty], plan), /empty: a result is missing/);
  await assert.rejects(timeInTurn([refused], plan), /a bad signature/);
});
