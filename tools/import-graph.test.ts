import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { findCycles, type ImportGraph, reachableFrom, readImportGraph } from "./import-graph.ts";

function graphOf(t: TestContext, files: Readonly<Record<string, string>>): ImportGraph {
  const folder = mkdtempSync(join(tmpdir(), "hufu-graph-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return readImportGraph(folder, Object.keys(files));
}

test("a cycle is named with its files, where it closes, whatever folders and kinds of import it goes through", (t) => {
  const graph = graphOf(t, {
    "bench/a.ts": 'import "../tools/b.ts";',
    "tools/b.ts": 'export * from "../test/c.ts";',
    "test/c.ts": '\nimport type { A } from "../bench/a.ts";',
    "test/d.ts": 'import "./c.ts"; import "./d.ts";',
  });
  assert.deepEqual(findCycles(graph), [
    { file: "test/c.ts", line: 2, path: ["bench/a.ts", "tools/b.ts", "test/c.ts", "bench/a.ts"] },
    { file: "test/d.ts", line: 1, path: ["test/d.ts", "test/d.ts"] },
  ]);
});

test("files that share an import without a cycle have none", (t) => {
  const graph = graphOf(t, { "a.ts": 'import "./b.ts"; import "./c.ts";', "b.ts": 'import "./c.ts";', "c.ts": "" });
  assert.deepEqual(findCycles(graph), []);
});

test("what a file reaches is everything below it, files and modules", (t) => {
  const graph = graphOf(t, {
    "a/a.test.ts": 'import "../b.fixture.ts"; import "node:test";',
    "b.fixture.ts": 'import { spawn } from "node:child_process";',
    "other.ts": 'import "pg";',
  });
  assert.deepEqual([...reachableFrom(graph, "a/a.test.ts")].sort(), [
    "a/a.test.ts",
    "b.fixture.ts",
    "node:child_process",
    "node:test",
  ]);
});
