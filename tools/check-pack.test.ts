import assert from "node:assert/strict";
import { test } from "node:test";
import { findWrongFiles } from "./check-pack.ts";

const EXPORTS = {
  ".": { "@hufu/source": "./src/hufu/index.ts", types: "./dist/hufu.d.ts", default: "./dist/hufu.js" },
  "./package.json": "./package.json",
};
const MANIFEST = { bin: { hufu: "./bin/hufu.js" }, exports: EXPORTS };
const GOOD = ["package.json", "README.md", "LICENSE", "bin/hufu.js", "dist/hufu.js", "dist/hufu.d.ts"];

test("a tarball with code, types and papers is in order", () => {
  assert.deepEqual(findWrongFiles(GOOD, MANIFEST), []);
});

for (const stray of [
  "src/hufu.ts",
  "dist/hufu.test.js",
  "dist/store/users.fixture.d.ts",
  "dist/tsconfig.build.tsbuildinfo",
  "dist/hufu.js.map",
  "bin/hufu.test.ts",
  "tsconfig.build.json",
  ".env",
]) {
  test(`${stray} does not belong in the tarball`, () => {
    const wrong = findWrongFiles([...GOOD, stray, stray.replace(/\.js$/, ".d.ts")], MANIFEST);
    assert.ok(wrong.includes(`${stray}: no file of this kind belongs in the tarball`), wrong.join("\n"));
  });
}

for (const [lost, why] of [
  ["LICENSE", "every tarball has it"],
  ["bin/hufu.js", "`bin` names it"],
  ["dist/hufu.d.ts", "every module has its types"],
  ["dist/hufu.js", '"." exports it as default'],
] as const) {
  test(`a tarball without ${lost} is named`, () => {
    const wrong = findWrongFiles(
      GOOD.filter((path) => path !== lost),
      MANIFEST,
    );
    assert.ok(wrong.includes(`${lost}: missing, ${why}`), wrong.join("\n"));
  });
}
