import assert from "node:assert/strict";
import { test } from "node:test";
import { findUnknownErrors } from "./quoted-errors.ts";

const SOURCES = ['throw new Error("database: the folder " + home + " does not exist");'];

test("a quoted text of ours that no source contains is reported; other people's texts are not looked for", () => {
  const page = [
    "## From Hufu",
    "### `database: the folder … does not exist`",
    "### `database: the folder … is gone`",
    "### No quotation",
    "## From WeChat",
    "### `invalid code`",
  ].join("\n");
  assert.deepEqual(findUnknownErrors(new Map([["faq.md", page]]), SOURCES), [
    "faq.md:3: no source says database: the folder … is gone",
  ]);
});

test("a log message in a table that no source contains is reported", () => {
  const page = ["## Logs", "| `the folder`, warn | x |", "| `the file`, error, `class: a` | x |", "| `GET path` | x |"];
  assert.deepEqual(findUnknownErrors(new Map([["operations.md", page.join("\n")]]), SOURCES), [
    "operations.md:3: no source says the file",
  ]);
});
