import assert from "node:assert/strict";
import { test } from "node:test";
import { guideTest } from "./check-guides.ts";

const PAGE = "# Guide\n\n```ts\ndeclare function startBackend(wechat: string): Promise<object>;\ntest();\n```\n";

test("the reader's part of the guide's first block is imported", () => {
  assert.equal(guideTest(PAGE), 'import { startBackend } from "./start-backend.js";\ntest();\n');
});

test("a guide without the block or without its declaration is named", () => {
  assert.throws(() => guideTest("# Guide"), /no block of code/);
  assert.throws(() => guideTest("```ts\ntest();\n```"), /declares no startBackend/);
});
