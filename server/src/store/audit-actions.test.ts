import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AUDIT_ACTIONS } from "./audit-actions.ts";

test("the guide says of every action when it is written, in both languages, and names no other", () => {
  for (const page of ["audit.md", "audit.zh-CN.md"]) {
    const text = readFileSync(new URL(`../../../docs/guides/${page}`, import.meta.url), "utf8");
    const [, table = ""] = /^\| action \|.*\n([\s\S]*?)\n\n/m.exec(text) ?? [];
    const rows = [...table.matchAll(/^\| `([a-z]+(?:\.[a-z_]+)?)` \|/gm)].map(([, action]) => action);
    assert.deepEqual(rows.toSorted(), [...AUDIT_ACTIONS].toSorted(), page);
  }
});
