import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { createS3FifoMap, type S3FifoMap } from "./s3-fifo-map.ts";

interface Entry {
  readonly name: number;
  uses: number;
}

const entry = (name: number): Entry => ({ name, uses: 0 });

function createMap(capacity: number, isOver: (value: Entry) => boolean = () => false): S3FifoMap<number, Entry> {
  return createS3FifoMap<number, Entry>({ capacity, isOver });
}

function isThere(map: S3FifoMap<number, Entry>, key: number): boolean {
  return map.get(key) !== undefined;
}

test("what was put in is found, its latest value first, until it is taken out", () => {
  const map = createMap(4);
  const [one, other] = [entry(1), entry(1)];
  map.set(1, one);
  map.set(2, entry(2));
  assert.equal(map.get(1), one);
  map.set(1, other);
  assert.equal(map.get(1), other);
  assert.equal(map.size, 2);
  map.deleteWhere(({ name }) => name === 1);
  assert.equal(map.get(1), undefined);
  assert.ok(isThere(map, 2));
});

test("a value that was read twice outlives any number of values that are never read", () => {
  const map = createMap(100);
  const known = Array.from({ length: 80 }, (_, at) => at);
  for (const key of known) map.set(key, entry(key));
  for (const key of known) assert.ok(isThere(map, key));
  for (let key = 1000; key < 11_000; key += 1) map.set(key, entry(key));
  assert.equal(map.size, 100);
  assert.deepEqual(
    known.filter((key) => !isThere(map, key)),
    [],
  );
});

test("what comes back soon after it went is kept, what comes back late is a newcomer again", () => {
  for (const { between, stays } of [
    { between: 50, stays: true },
    { between: 500, stays: false },
  ]) {
    const map = createMap(100);
    for (let key = 0; key < 100 + between; key += 1) map.set(key, entry(key));
    assert.ok(!isThere(map, 0));
    map.set(0, entry(0));
    for (let key = 1000; key < 1200; key += 1) map.set(key, entry(key));
    assert.equal(isThere(map, 0), stays);
  }
});

test("what was wanted once makes room for what is wanted now", () => {
  const map = createMap(20);
  const generations = [0, 100, 200].map((from) => Array.from({ length: 18 }, (_, at) => from + at));
  for (const keys of generations) {
    for (let round = 0; round < 10; round += 1) {
      for (const key of keys) if (!isThere(map, key)) map.set(key, entry(key));
    }
    assert.ok(keys.every((key) => isThere(map, key)));
  }
});

test("what is over goes at its turn, however much it was used", () => {
  const known = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const over = new Set<number>();
  const map = createMap(10, ({ name }) => over.has(name));
  const left = (): number[] => known.filter((key) => isThere(map, key));
  for (const key of known) map.set(key, entry(key));
  assert.deepEqual(left(), known);
  over.add(2);
  // As many as it takes until each of the nine had its turn to leave the small queue.
  for (let key = 100; key < 110; key += 1) map.set(key, entry(key));
  assert.deepEqual(left(), [0, 1, 3, 4, 5, 6, 7, 8]);
  map.set(2, entry(2));
  map.get(2);
  // The main queue is full with this one: its first that is over goes, not its first.
  over.clear();
  over.add(5);
  for (let key = 200; key < 203; key += 1) {
    map.set(key, entry(key));
    map.get(key);
  }
  assert.deepEqual(left(), [0, 1, 3, 4, 6, 7, 8]);
});

test("it never holds more than its capacity and never answers wrongly", () => {
  const step = fc.record({ key: fc.nat(30), kind: fc.constantFrom("set", "get", "get", "purge") });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 300 }), (capacity, steps) => {
      const map = createMap(capacity, ({ name }) => name % 5 === 0);
      const model = new Map<number, Entry>();
      for (const { key, kind } of steps) {
        if (kind === "set") {
          const value = entry(key);
          map.set(key, value);
          model.set(key, value);
          assert.equal(map.get(key), value);
        } else if (kind === "purge") {
          map.deleteWhere(({ name }) => name % 2 === 1);
          for (const name of model.keys()) if (name % 2 === 1) model.delete(name);
        } else {
          const found = map.get(key);
          if (found !== undefined) assert.equal(found, model.get(key));
        }
        assert.ok(map.size <= capacity);
      }
    }),
  );
});

test("one newcomer looks at a hundred and one values at most, even where all are in use", () => {
  let looked = 0;
  const map = createMap(1000, () => {
    looked += 1;
    return false;
  });
  for (let key = 0; key < 1000; key += 1) {
    map.set(key, entry(key));
    map.get(key);
  }
  map.set(1000, entry(1000));
  assert.equal(looked, 101);
  assert.equal(map.size, 1000);
});

test("nothing goes before the map is full", () => {
  const map = createMap(1000);
  for (let key = 0; key < 1000; key += 1) map.set(key, entry(key));
  for (let key = 0; key < 1000; key += 1) assert.ok(isThere(map, key));
});

test("nothing of what has left it is held, by whichever way it left", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const map = createMap(1000);
  const fill = (round: number, most: number): void => {
    for (let key = 0; key < most; key += 1) map.set(round * 1000 + key, entry(key));
  };
  for (let round = 0; round < 4; round += 1) fill(round, 1000);
  const before = used();
  for (let round = 4; round < 100; round += 1) {
    fill(round, 900);
    map.deleteWhere(() => true);
  }
  const afterRemovals = used() - before;
  // A few more than it holds, over and over: those that come back are removed from the keys that went.
  for (let round = 0; round < 500; round += 1) {
    for (let key = 0; key < 1100; key += 1) if (!isThere(map, key)) map.set(key, entry(key));
  }
  const afterComebacks = used() - before;
  for (const bytes of [afterRemovals, afterComebacks]) assert.ok(bytes < 1_000_000, `${bytes} bytes more`);
});

test("a capacity that is no whole number from 2 up is a mistake", () => {
  for (const capacity of [1, 0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => createMap(capacity), TypeError);
  }
});
