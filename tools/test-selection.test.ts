import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImportGraph } from "./import-graph.ts";
import { NEEDED } from "./install-system-packages.ts";
import { dialectsLeftOut, portableTests, readTestGraph, selectTests } from "./test-selection.ts";

const on = (...targets: string[]) => targets.map((target) => ({ target, line: 1 }));
const GRAPH: ImportGraph = new Map([
  ["a.test.ts", on("x/nodes.fixture.ts")],
  ["x/nodes.fixture.ts", on("x/postgres-server.fixture.ts")],
  ["x/postgres-server.fixture.ts", on("node:child_process")],
  ["b.test.ts", on("x/redis-server.fixture.ts")],
  ["x/redis-server.fixture.ts", on("node:child_process")],
  ["c.test.ts", on("node:assert")],
]);
const FILES = ["a.test.ts", "b.test.ts", "c.test.ts"];

test("nothing is left out where everything is there", () => {
  assert.deepEqual(selectTests(GRAPH, FILES, new Map()), { files: FILES, leftOut: [] });
});

test("a test is left out if a fixture below it starts what is missing, and the reason is told", () => {
  const unavailable = new Map([
    ["PostgreSQL", "not chosen"],
    ["Redis", "not installed"],
  ]);
  assert.deepEqual(selectTests(GRAPH, FILES, unavailable), {
    files: ["c.test.ts"],
    leftOut: [
      { what: "PostgreSQL", why: "not chosen", files: ["a.test.ts"] },
      { what: "Redis", why: "not installed", files: ["b.test.ts"] },
    ],
  });
});

test("a test that starts no program is portable", () => {
  assert.deepEqual(portableTests(GRAPH, FILES), ["c.test.ts"]);
});

test("DIALECTS leaves out the databases that it does not name, and refuses unknown names", () => {
  assert.deepEqual(dialectsLeftOut(undefined), []);
  assert.deepEqual(dialectsLeftOut("sqlite"), ["PostgreSQL", "MariaDB"]);
  assert.deepEqual(dialectsLeftOut("sqlite, postgres"), ["MariaDB"]);
  assert.throws(() => dialectsLeftOut("oracle"), /no dialect oracle; write sqlite,postgres,mariadb/);
});

test("in this repository, each kind of server has tests that would be left out without it, and most tests remain", () => {
  const graph = readTestGraph();
  const files = [...graph.keys()].filter((file) => file.endsWith(".test.ts"));
  const missing = new Map(["PostgreSQL", "MariaDB", "Redis", "PyJWT"].map((what) => [what, "missing"]));
  const { files: kept, leftOut } = selectTests(graph, files, missing);
  assert.deepEqual(leftOut.map(({ what }) => what).sort(), ["MariaDB", "PostgreSQL", "PyJWT", "Redis"]);
  assert.ok(kept.length > files.length / 2);
  const names = NEEDED.map(({ what }) => what);
  for (const what of missing.keys())
    assert.ok(names.includes(what), `install-system-packages.ts does not name ${what}`);
});
