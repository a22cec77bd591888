import assert from "node:assert/strict";
import { test } from "node:test";
import { findWrongCounts } from "./counted-lists.ts";

const slug = (heading: string): string => heading.toLowerCase().replaceAll(" ", "-");

test("a list that has as many items as its sentence announces is in order", () => {
  const page = [
    "There are three ways:",
    "",
    "- a",
    "  - nested",
    "- b",
    "- c",
    "",
    "共有两种做法：",
    "",
    "1. 甲",
    "2. 乙",
    "",
    "Two rules need no list.",
  ].join("\n");
  assert.deepEqual(findWrongCounts(new Map([["a.md", page]]), slug), []);
});

test("a wrong number is reported with its line, in both languages", () => {
  const page = ["It takes five steps:", "1. a", "2. b", "", "三个原因：", "", "- 甲"].join("\n");
  assert.deepEqual(findWrongCounts(new Map([["a.md", page]]), slug), [
    "a.md:1: announces 5, and the list has 2",
    "a.md:5: announces 3, and the list has 1",
  ]);
});

test("a link that names a number of steps is held against the section that it leads to", () => {
  const pages = new Map([
    ["docs/a.md", "[five steps](guides/b.md#the-change) and [two steps](guides/b.md#the-change)"],
    ["docs/guides/b.md", "## The change\n\n1. a\n2. b\n\n## After\n\n1. c\n"],
  ]);
  assert.deepEqual(findWrongCounts(pages, slug), ["docs/a.md:1: [five steps](guides/b.md#the-change) has 2"]);
});
