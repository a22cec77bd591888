import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

// `npm install --omit=optional` leaves the pinned Node out, and npm then runs scripts on the machine's Node without a word.
test("the tests run on Node 24, and so does what they start by name", () => {
  assert.match(process.versions.node, /^24\./);
  assert.match(execFileSync("node", ["--version"], { encoding: "utf8" }), /^v24\./);
});
