import assert from "node:assert/strict";
import { test } from "node:test";
import { checkNodeVersion } from "./node-version.ts";

test("a Node that is too old is named beside the one that is needed", () => {
  for (const version of ["20.20.2", "22.12.0", "18.0.0"]) {
    assert.throws(() => checkNodeVersion(version), {
      name: "TypeError",
      message: `hufu needs Node.js 22.13 or newer; this is ${version}`,
    });
  }
  for (const version of ["22.13.0", "24.1.0", "26.0.0"]) checkNodeVersion(version);
  checkNodeVersion();
});
