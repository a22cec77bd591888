import assert from "node:assert/strict";
import { test } from "node:test";
import { findMissingTests, findUnlistedCitations } from "./cited-tests.ts";

const PAGE = [
  "| row | tests |",
  "|---|---|",
  "| 1 | `a.test.ts` |",
  "| 2–4 | `b.test.ts`, `c.contract.ts` |",
  "",
  "| fault | tests |",
  "|---|---|",
  "| F8 | `a.test.ts` |",
  "",
  "| incident | tests |",
  "|---|---|",
  "| 1 | `b.test.ts` |",
].join("\n");

test("a test file that a page names and that does not exist is reported", () => {
  const files = ["server/src/a.test.ts", "test/b.test.ts"];
  assert.deepEqual(findMissingTests("page.md", PAGE, files), ["page.md: there is no test file c.contract.ts"]);
  assert.deepEqual(findMissingTests("page.md", PAGE, [...files, "x/c.contract.ts"]), []);
});

test("a title that cites a row, a range, a fault or an incident stands in that row", () => {
  const tests = new Map([
    ["x/a.test.ts", 'test("row 1: one", f); test(`F8: eight`, f); const n = { name: "row 1 again" };'],
    ["x/b.test.ts", 'test("row 3: three (incident 1)", f);'],
  ]);
  assert.deepEqual(findUnlistedCitations("page.md", PAGE, tests), []);
});

test("a title that cites a number elsewhere, or one that no row has, is reported", () => {
  const tests = new Map([["x/a.test.ts", 'test("row 3: three", f); test("gone (F9)", f); test("incident 1", f);']]);
  assert.deepEqual(findUnlistedCitations("page.md", PAGE, tests), [
    "x/a.test.ts: page.md does not name it at row 3",
    "x/a.test.ts: page.md does not name it at F9",
    "x/a.test.ts: page.md does not name it at incident 1",
  ]);
});
