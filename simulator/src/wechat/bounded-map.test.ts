import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createBoundedMap } from "./bounded-map.ts";

test("it behaves like a Map that drops what was set longest ago", () => {
  const key = fc.integer({ min: 0, max: 8 });
  const step = fc.oneof(
    fc.record({ verb: fc.constant("set" as const), key, value: fc.nat() }),
    fc.record({ verb: fc.constant("delete" as const), key }),
    fc.record({ verb: fc.constant("oldest" as const) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (max, steps) => {
      const map = createBoundedMap<number, number>(max);
      let model: [number, number][] = [];
      for (const each of steps) {
        if (each.verb !== "oldest") model = model.filter(([k]) => k !== each.key);
        if (each.verb === "set") {
          map.set(each.key, each.value);
          model = [...model, [each.key, each.value] as [number, number]].slice(-max);
        } else if (each.verb === "delete") map.delete(each.key);
        else assert.deepEqual(map.oldest(), model[0]);
        assert.equal(map.size, model.length);
        for (let k = 0; k <= 8; k++) assert.equal(map.get(k), model.find(([held]) => held === k)?.[1]);
      }
    }),
  );
});
