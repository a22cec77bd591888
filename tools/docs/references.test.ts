import assert from "node:assert/strict";
import { test } from "node:test";
import { findUnknownNames, wordsOf } from "./known-names.ts";
import { findOutsideReferences } from "./outside-references.ts";

/** Spelled in two pieces, or the check would find this test. */
const outside = (name: string): string => `${name}.${"md"}`;

test("a page outside of the repository is reported with file and line", () => {
  const files = new Map([
    ["a.ts", `// first\n// ${outside("THREATS")} §3 says so`],
    ["b.md", `see ${outside("PROTOCOL")} and docs/protocol.md, CONTRIBUTING.md, README.md`],
  ]);
  assert.deepEqual(findOutsideReferences(files, new Set()), [
    `a.ts:2: ${outside("THREATS")} is not in this repository`,
    `b.md:1: ${outside("PROTOCOL")} is not in this repository`,
  ]);
});

test("a decision that does not exist is reported, by path and by number", () => {
  const [gone, folder] = ["0029", "decisions"];
  const files = new Map([["a.md", `[decision ${gone}](${folder}/${gone}-x.md), [decision 3](${folder}/0003-y.md)`]]);
  assert.deepEqual(findOutsideReferences(files, new Set([3])), [
    `a.md:1: there is no decision ${gone}`,
    `a.md:1: there is no decision ${gone}`,
  ]);
});

test("a call of a function that no source knows is reported, another word in code is not", () => {
  const known = wordsOf(["export function createHufu() {}", "auth.can()"]);
  const pages = new Map([["a.md", "`createHufu()` `auth.can(x)` `auth.may(x)` `SELECT` `max(…)`\nmay()"]]);
  assert.deepEqual(findUnknownNames(pages, new Set([...known, "max"])), ["a.md:1: no source knows may()"]);
});
