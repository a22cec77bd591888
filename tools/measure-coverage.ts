// Runs the unit tests with Node's own coverage and prints the figure of each package; below the floor it fails. Tests that
// start other processes run code there that is not counted, so the figure is a lower bound. `--write` puts it into
// CONTRIBUTING.md. Test files as arguments: the figure of these alone, without a floor.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { parseArgs } from "node:util";
import { belowFloor, coverageOf, figureOf } from "./coverage-figure.ts";
import { findUnavailable } from "./find-unavailable.ts";
import { ROOT } from "./run-command.ts";
import { readTestGraph, selectTests } from "./test-selection.ts";

const TESTS = [
  "{server,client,simulator}/src/**/*.test.ts",
  "test/{stack,properties,client,proof,conformance,hostile}/**/*.test.ts",
];
/** What each package must reach, in percent. Many tests of the client run its built file in QuickJS, where nothing is counted. */
const FLOORS = {
  server: { lines: 95, branches: 90, functions: 92 },
  client: { lines: 85, branches: 88, functions: 85 },
  simulator: { lines: 95, branches: 90, functions: 92 },
};
const PACKAGES = Object.keys(FLOORS) as readonly (keyof typeof FLOORS)[];
const PAGE = join(ROOT, "CONTRIBUTING.md");
const IN_PAGE = /(?<=last measured: )[^)]*/;

const { values, positionals } = parseArgs({ options: { write: { type: "boolean" } }, allowPositionals: true });
const all = globSync(TESTS, { cwd: ROOT }).map((file) => file.split(sep).join("/"));
const runnable = selectTests(readTestGraph(), all.sort(), findUnavailable(process.env["DIALECTS"]));
const files = positionals.length > 0 ? positionals : runnable.files;
for (const { files: left, why } of runnable.leftOut) console.log(`⚠ skipped: ${left.length} test files: ${why}`);

const folder = mkdtempSync(join(tmpdir(), "hufu-coverage-"));
const lcov = join(folder, "lcov.info");
const run = spawn(
  "node",
  [
    "--conditions=@hufu/source",
    "--test",
    "--experimental-test-coverage",
    ...PACKAGES.map((name) => `--test-coverage-include=${name}/src/**`),
    "--test-coverage-exclude=**/*.test.ts",
    "--test-coverage-exclude=**/*.fixture.ts",
    "--test-reporter=dot",
    "--test-reporter-destination=stdout",
    "--test-reporter=lcov",
    `--test-reporter-destination=${lcov}`,
    ...files,
  ],
  { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] },
);
const [code] = await once(run, "close");
const report = readFileSync(lcov, "utf8");
rmSync(folder, { recursive: true });

const figures = PACKAGES.map((name) => ({ name, coverage: coverageOf(report, `${name}/src/`) }));
const figure = figures.map(({ name, coverage }) => `${name} ${figureOf(coverage)}`).join("; ");
console.log(`\n${figure.replaceAll("; ", "\n")}`);
if (code !== 0) process.exitCode = 1;
else if (positionals.length === 0) {
  const low = figures.flatMap(({ name, coverage }) =>
    belowFloor(coverage, FLOORS[name]).map((what) => `${name}: ${what}`),
  );
  for (const line of low) console.log(`✖ ${line}`);
  if (low.length > 0) process.exitCode = 1;
  if (values.write === true) writeFileSync(PAGE, readFileSync(PAGE, "utf8").replace(IN_PAGE, figure));
}
