import assert from "node:assert/strict";
import { test } from "node:test";
import { findUnindexedPages } from "./indexed-pages.ts";

const INDEXES: readonly (readonly [string, string])[] = [
  ["docs/README.md", "[a](guides/a.md)"],
  ["docs/README.zh-CN.md", "[甲](guides/a.zh-CN.md)"],
];

test("guides in both languages that know each other and stand in their index are in order", () => {
  const pages = new Map([...INDEXES, ["docs/guides/a.md", "[x](a.zh-CN.md)"], ["docs/guides/a.zh-CN.md", "[x](a.md)"]]);
  assert.deepEqual(findUnindexedPages(pages), []);
});

test("a guide without sibling, link or place in the index is reported", () => {
  const pages = new Map([
    ...INDEXES,
    ["docs/guides/a.md", "[x](a.zh-CN.md)"],
    ["docs/guides/a.zh-CN.md", ""],
    ["docs/guides/b.md", ""],
  ]);
  assert.deepEqual(findUnindexedPages(pages), [
    "docs/guides/a.zh-CN.md: does not link to a.md",
    "docs/guides/b.md: there is no b.zh-CN.md",
    "docs/guides/b.md: docs/README.md does not list it",
  ]);
});
