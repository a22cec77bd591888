import assert from "node:assert/strict";
import { test } from "node:test";
import { findUnwanted } from "./loaded-packages.ts";

const OWN = "file:///p/node_modules/hufu/dist/verify/index.js";

test("a start that loads what it may is in order", () => {
  const loaded = ["node:fs", OWN, "file:///p/node_modules/@pinojs/redact/index.js"];
  assert.deepEqual(findUnwanted(loaded, { packages: ["@pinojs/redact"], files: 1 }), []);
});

test("a package that a start does not need is named, also below another one", () => {
  const loaded = [OWN, "file:///p/node_modules/hufu/node_modules/zod/index.js"];
  assert.deepEqual(findUnwanted(loaded, { packages: [], files: 1 }), ["zod is loaded"]);
});

test("too many files and none at all are told", () => {
  assert.deepEqual(findUnwanted([OWN, OWN], { packages: [], files: 1 }), [
    "2 files of hufu are loaded, and 1 are allowed",
  ]);
  assert.deepEqual(findUnwanted([], { packages: [], files: 1 }), ["nothing of hufu is loaded"]);
});
