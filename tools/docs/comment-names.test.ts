import assert from "node:assert/strict";
import { test } from "node:test";
import { findGhosts } from "./comment-names.ts";

test("a comment may name what exists: functions, methods, files", () => {
  const files = new Map([
    ["src/a.ts", "/** As `run(x)` and `b.ts` say; `object.method()`, not `a word`. */\nexport function run() {}"],
    ["src/b.ts", "// plain words() without code are not looked at, nor gone.ts\nrun();"],
  ]);
  assert.deepEqual(findGhosts(files), []);
});

test("a comment that names what is gone is reported with its line", () => {
  const files = new Map([["src/a.ts", "export {};\n// see `walk()` in `gone.ts`\n/*\n * `fly()`\n */"]]);
  assert.deepEqual(findGhosts(files), [
    "src/a.ts:2: no source knows walk()",
    "src/a.ts:2: there is no file gone.ts",
    "src/a.ts:3: no source knows fly()",
  ]);
});
