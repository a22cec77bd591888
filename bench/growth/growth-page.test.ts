import assert from "node:assert/strict";
import { test } from "node:test";
import { ENGLISH, growthTable, withGenerated } from "./growth-page.ts";

test("the table has a line for each operation, a column for each size, and what growth costs", () => {
  const costs = [
    { operation: "refresh", sessions: 10_000, micros: 150, spread: 0.05 },
    { operation: "refresh", sessions: 1000, micros: 100, spread: 0.1 },
  ] as const;
  const lines = growthTable([{ database: "SQLite", costs }], ENGLISH).split("\n");
  assert.equal(lines[0], "| µs for one, at so many sessions |  | 1,000 | 10,000 | last ÷ first |");
  assert.equal(lines[1], "| --- | --- | ---: | ---: | ---: |");
  assert.equal(lines[2], "| SQLite | refresh | 100 ± 10 % | 150 ± 5 % | 1.50 |");
  assert.equal(lines[3], "| SQLite | sign-in of a new user | – | – | – |");
  assert.equal(lines.length, 6);
});

test("only what is marked changes, and a page without the marks is refused", () => {
  const page =
    "# Before\n\n<!-- written by npm run bench:growth -->\nold\n<!-- end of what npm run bench:growth writes -->\n\nafter\n";
  const once = withGenerated(page, "new");
  assert.match(once, /^# Before\n\n<!--[^>]+-->\n\nnew\n\n<!--[^>]+-->\n\nafter\n$/);
  assert.equal(withGenerated(once, "new"), once);
  assert.throws(() => withGenerated("# Nothing", "new"), TypeError);
});
