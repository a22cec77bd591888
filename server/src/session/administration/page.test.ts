import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../../store/directory.ts";
import { formatPlace, type Page, pageByName, pageByTime } from "./page.ts";

/** Every page of a list, one item each; five pages at most. */
function walk<Item>(page: (cursor: string | undefined) => Page<Item>): readonly Item[] {
  const seen: Item[] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = page(cursor);
    seen.push(...items);
    cursor = next ?? undefined;
  } while (cursor !== undefined && seen.length < 5);
  return seen;
}

test("a walk shows each item once, those of one millisecond too", () => {
  const items: readonly Place<string>[] = [
    { at: 1, id: "old" },
    { at: 2, id: "b" },
    { at: 2, id: "a" },
  ];
  const seen = walk((cursor) =>
    pageByTime(
      items,
      { cursor, limit: 1 },
      (item) => item,
      (id) => id,
    ),
  );
  assert.deepEqual(
    seen.map(({ id }) => id),
    ["b", "a", "old"],
  );
  assert.deepEqual(
    walk((cursor) => pageByName(["z", "x", "y"], { cursor, limit: 1 })),
    ["x", "y", "z"],
  );
});

test("the cursor of another list is refused", () => {
  const cursor = formatPlace({ at: 1790000000000, id: "u_x" });
  assert.throws(() => pageByName(["x"], { cursor }), { reason: "parameter_invalid" });
  const none = () => undefined;
  assert.throws(() => pageByTime([{ at: 1, id: "x" }], { cursor }, (item) => item, none), {
    reason: "parameter_invalid",
  });
});
