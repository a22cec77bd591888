import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ABILITIES } from "./find-unavailable.ts";
import { type ImportGraph, reachableFrom } from "./import-graph.ts";
import { NEEDED } from "./install-system-packages.ts";
import { pinnedEnvironment, ROOT } from "./run-command.ts";
import { dialectsLeftOut, NEEDS, portableTests, readTestGraph, selectTests } from "./test-selection.ts";

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

/** Every test file of this repository, the long ones of the faults included, and each thing that one of them needs. */
const graph = readTestGraph();
const files = [...graph.keys()].filter((file) => /\.(?:test|long)\.ts$/.test(file));
const ALL = [...NEEDED.map(({ what }) => what), ...ABILITIES.map(({ what }) => what)];
const missing = (...names: readonly string[]) => new Map(names.map((what) => [what, "missing"]));
const leftOutWithout = (what: string, among = files) => selectTests(graph, among, missing(what)).leftOut;

test("in this repository, each thing that a fixture uses has tests that are left out without it, and most tests remain", () => {
  for (const what of NEEDS.map((need) => need.what)) {
    assert.ok(ALL.includes(what), `nobody says how to get ${what}`);
    assert.deepEqual(
      leftOutWithout(what).map((one) => one.what),
      [what],
      `no test needs ${what}`,
    );
  }
  assert.ok(selectTests(graph, files, missing(...ALL)).files.length > files.length / 2);
});

/** What every system with a shell has. */
const POSIX = ["sh", "id", "mkfifo"];
/** What `npm install` brings. */
const FROM_NPM = ["tsc"];
const STARTED = /(?:(?:spawn|spawnSync|execFileSync)\(\s*|command: )"([^"]+)"/g;

test("a test or a fixture that starts a program of the system is among the needs", () => {
  const stray = [...graph.keys()]
    .filter((file) => /\.(?:test|fixture)\.ts$/.test(file) && /^(?:server|simulator|test)\//.test(file))
    .filter((file) => !NEEDS.some(({ usedBy }) => usedBy.test(`/${file}`)))
    .flatMap((file) =>
      [...readFileSync(join(ROOT, file), "utf8").matchAll(STARTED)].map(([, program = ""]) => `${file}: ${program}`),
    )
    .filter((line) => ![...POSIX, ...FROM_NPM].some((program) => line.endsWith(`: ${program}`)));
  assert.deepEqual(stray, []);
});

test("DIALECTS=sqlite keeps tests of each kind and starts no database server", () => {
  const { files: kept } = selectTests(graph, files, missing(...dialectsLeftOut("sqlite")));
  for (const file of [
    "test/databases/full-disk-sqlite.test.ts",
    "test/databases/redis.test.ts",
    "test/faults/history.test.ts",
  ])
    assert.ok(kept.includes(file), file);
  const servers = NEEDS.filter(({ dialect }) => dialect !== undefined);
  for (const file of kept) {
    for (const { what, usedBy } of servers)
      assert.ok(![...reachableFrom(graph, file)].some((path) => usedBy.test(`/${path}`)), `${file} starts ${what}`);
  }
});

test("npm run test:faults installs first what its members need", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const named = /install-system-packages\.ts ([\w ]+) &&/.exec(scripts["test:faults"])?.[1]?.split(" ") ?? [];
  const members = files.filter((file) => file.startsWith("test/faults/"));
  const needed = NEEDED.filter(({ what }) => leftOutWithout(what, members).length > 0).map(({ what }) => what);
  assert.deepEqual([...named].sort(), needed.sort());
});

test("DIALECTS=sqlite npm test runs what it can, names what it left out, and only CI fails for that", () => {
  const env = { ...pinnedEnvironment(), DIALECTS: "sqlite" };
  const asked = ["--only", "unit", "tools/source-text.test.ts", "test/databases/pgbouncer.test.ts"];
  for (const [ci, status] of [
    ["false", 0],
    ["true", 1],
  ] as const) {
    const args = [join("tools", "test.ts"), ...asked];
    const ran = spawnSync(process.execPath, args, { cwd: ROOT, env: { ...env, CI: ci }, encoding: "utf8" });
    assert.equal(ran.status, status, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /⚠ skipped: 1 test files: DIALECTS=sqlite leaves PostgreSQL out/);
  }
});
