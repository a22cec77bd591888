import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createGenerationMap } from "./generation-map.ts";

test("what was put in is found until it is taken out", () => {
  const map = createGenerationMap<string, number>(4);
  map.set("a", 1);
  map.set("b", 2);
  assert.equal(map.get("a"), 1);
  map.set("a", 3);
  assert.equal(map.get("a"), 3);
  map.delete("a");
  assert.equal(map.get("a"), undefined);
  assert.equal(map.get("b"), 2);
  map.clear();
  assert.equal(map.size, 0);
});

test("an entry in use survives any number of newcomers", () => {
  const map = createGenerationMap<string, number>(4);
  map.set("kept", 1);
  for (let i = 0; i < 100; i += 1) {
    map.set(`n${i}`, i);
    assert.equal(map.get("kept"), 1);
  }
  assert.equal(map.get("n0"), undefined);
});

test("it never holds more than its capacity, never answers wrongly, and keeps the latest half", () => {
  const step = fc.record({ key: fc.nat(30), kind: fc.constantFrom("set", "get", "delete", "purge") });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 200 }), (capacity, steps) => {
      const map = createGenerationMap<number, { at: number; odd: boolean }>(capacity);
      const model = new Map<number, { at: number; odd: boolean }>();
      let used: number[] = [];
      steps.forEach(({ key, kind }, at) => {
        if (kind === "set") {
          const value = { at, odd: key % 2 === 1 };
          map.set(key, value);
          model.set(key, value);
        } else if (kind === "delete") {
          map.delete(key);
          model.delete(key);
        } else if (kind === "purge") {
          map.deleteWhere((value) => value.odd);
          for (const [k, value] of model) if (value.odd) model.delete(k);
        } else {
          const found = map.get(key);
          if (found !== undefined) assert.equal(found, model.get(key));
          const recent = used.slice(-Math.floor(capacity / 2)).includes(key);
          if (recent && model.has(key)) assert.notEqual(found, undefined);
          if (found === undefined) return;
        }
        if (kind === "get" || kind === "set") used = [...used.filter((other) => other !== key), key];
        assert.ok(map.size <= capacity);
      });
    }),
  );
});

test("a capacity that is no whole number from 2 up is a mistake", () => {
  for (const capacity of [1, 0, -1, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => createGenerationMap(capacity), TypeError);
  }
});
