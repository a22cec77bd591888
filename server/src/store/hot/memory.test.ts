import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import type { HotStoreHarness } from "../contract/contract-case.ts";
import { hotStoreCases } from "../contract/hot.contract.ts";
import { createExpiryQueue } from "./expiry-queue.ts";
import { createMemoryHotStore } from "./memory.ts";

function harness(maxEntries?: number): HotStoreHarness {
  let time = 1000;
  const clock = { now: () => assert.fail("the wall clock may run backwards"), monotonic: () => time };
  const hot = createMemoryHotStore({ clock, maxEntries });
  return {
    open: async () => hot,
    advance: async (ms) => {
      time += ms;
    },
  };
}

const isFull = (error: unknown): boolean => error instanceof HufuError && error.reason === "store_unavailable";

describe("hot store in memory: the contract", () => {
  for (const one of hotStoreCases) test(one.name, () => one.run(harness()));
});

describe("hot store in memory: bounds", () => {
  test("when it is full of live marks a claim is refused with an outage, and no mark is forgotten", async () => {
    const hot = await harness(3).open();
    for (const key of ["a", "b", "c"]) assert.equal(await hot.claim(key, "me", 1000), true);
    await assert.rejects(hot.claim("d", "me", 1000), isFull);
    await assert.rejects(hot.count("d", 1000), isFull);
    await hot.remember("d", "lost", 1000);
    assert.equal(await hot.recall("d"), undefined);
    for (const key of ["a", "b", "c"]) assert.equal(await hot.claim(key, "other", 1000), false);
  });

  test("marks that have ended or were taken back make room", async () => {
    const { open, advance } = harness(2);
    const hot = await open();
    await hot.claim("a", "me", 100);
    await hot.claim("b", "me", 200);
    await advance(100);
    assert.equal(await hot.claim("c", "me", 200), true);
    await hot.release("b", "me");
    assert.equal(await hot.claim("d", "me", 200), true);
    await assert.rejects(hot.claim("e", "me", 200), isFull);
  });

  test("values and then counts make way for marks, oldest first", async () => {
    const hot = await harness(3).open();
    await hot.count("count", 1000);
    await hot.remember("old", "1", 1000);
    await hot.remember("new", "2", 1000);
    await hot.claim("a", "me", 1000);
    assert.equal(await hot.recall("old"), undefined);
    assert.equal(await hot.recall("new"), "2");
    await hot.claim("b", "me", 1000);
    assert.equal(await hot.recall("new"), undefined);
    assert.equal(await hot.count("count", 1000), 2);
    await hot.claim("c", "me", 1000);
    await assert.rejects(hot.count("count", 1000), isFull);
  });

  test("claims that are taken back at once do not pile up", async () => {
    const { open, advance } = harness(10);
    const hot = await open();
    for (let round = 0; round < 5000; round += 1) {
      assert.equal(await hot.claim("mark", "me", 1_000_000), true);
      await hot.release("mark", "me");
    }
    await hot.claim("mark", "me", 100);
    await advance(100);
    assert.equal(await hot.claim("mark", "me", 100), true);
  });

  test("a bound that makes no sense is a mistake", () => {
    const clock = { now: () => 0, monotonic: () => 0 };
    for (const maxEntries of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => createMemoryHotStore({ clock, maxEntries }), TypeError);
    }
  });
});

describe("expiry queue", () => {
  test("gives the earliest end first, in any order of adding and removing", () => {
    const queue = createExpiryQueue();
    // 37 is prime to 101: every remainder once, well mixed.
    const items = Array.from({ length: 101 }, (_, index) => ({ until: (index * 37) % 101, place: 0 }));
    for (const item of items) queue.add(item);
    for (const item of items) if (item.until % 3 !== 0) queue.remove(item);
    for (const item of items) if (item.until % 3 !== 0) queue.remove(item);
    assert.equal(queue.size, 34);
    const order: number[] = [];
    for (let first = queue.first(); first !== undefined; first = queue.first()) {
      order.push(first.until);
      queue.remove(first);
    }
    assert.deepEqual(
      order,
      Array.from({ length: 34 }, (_, index) => 3 * index),
    );
    assert.equal(queue.size, 0);
  });

  test("stays in order whichever item is removed from whichever shape", () => {
    const drain = (queue: ReturnType<typeof createExpiryQueue>): readonly number[] => {
      const order: number[] = [];
      for (let first = queue.first(); first !== undefined; first = queue.first()) {
        order.push(first.until);
        queue.remove(first);
      }
      return order;
    };
    for (let step = 1; step < 101; step += 1) {
      for (let victim = 0; victim < 20; victim += 1) {
        const queue = createExpiryQueue();
        const items = Array.from({ length: 20 }, (_, index) => ({ until: (index * index * step) % 101, place: 0 }));
        for (const item of items) queue.add(item);
        const [removed] = items.splice(victim, 1);
        if (removed !== undefined) queue.remove(removed);
        assert.deepEqual(
          drain(queue),
          items.map(({ until }) => until).toSorted((a, b) => a - b),
        );
      }
    }
  });
});
