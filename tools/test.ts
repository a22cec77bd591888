// Everything that must hold, in order, with one line of progress for each step. `npm test` runs all of it and
// `npm test -- --only lint,unit` some; file patterns after that narrow the unit tests. What cannot run on this machine is
// left out and named at the end; with CI=true that is a failure. DIALECTS=sqlite leaves the database servers out.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { sep } from "node:path";
import { parseArgs } from "node:util";
import { findUnavailable } from "./find-unavailable.ts";
import { ROOT } from "./run-command.ts";
import { type Step, SYSTEM, stepsFor } from "./steps.ts";
import { portableTests, readTestGraph, selectTests } from "./test-selection.ts";

interface Ended {
  readonly ok: boolean;
  readonly output: string;
}

const UNIT_TESTS = [
  "server/{src,bin}/**/*.test.ts",
  "client/src/**/*.test.ts",
  "simulator/src/**/*.test.ts",
  "tools/**/*.test.ts",
  "examples/**/*.test.ts",
  "bench/**/*.test.ts",
  "test/**/*.test.ts",
  "attack/**/*.test.ts",
];

function testFiles(patterns: readonly string[]): string[] {
  const found = globSync([...patterns], { cwd: ROOT, exclude: ["**/node_modules/**"] });
  return found.map((file) => file.split(sep).join("/")).sort();
}

function run([program = "", ...args]: readonly string[], shown: boolean): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (shown) process.stdout.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ ok: false, output: `${program}: ${error.message}\n` }));
    child.on("close", (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

async function runStep({ commands, shown = false }: Step): Promise<Ended> {
  let all = "";
  for (const command of commands) {
    const { ok, output } = await run(command, shown);
    all += output;
    if (!ok) return { ok, output: all };
  }
  return { ok: true, output: all };
}

/** The lines in which Node's runner counts its tests. */
function closingLines(output: string): string {
  return (
    output
      .match(/^ℹ (?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) .*$/gm)
      ?.slice(-8)
      .join("\n") ?? ""
  );
}

const { values, positionals } = parseArgs({ options: { only: { type: "string" } }, allowPositionals: true });
const names = [SYSTEM, ...stepsFor([], [])];
const only = values.only?.split(",") ?? names.filter(({ extra }) => extra !== true).map(({ name }) => name);
const unknown = only.filter((name) => !names.some((step) => step.name === name));
if (unknown.length > 0)
  throw new TypeError(`no step ${unknown.join(", ")}; there are ${names.map(({ name }) => name).join(", ")}`);

const summary: string[] = [];
const skipped: string[] = [];
let closing = "";
let failed = 0;

async function report(step: Step, unavailable: ReadonlyMap<string, string>): Promise<void> {
  const lacking = step.needs?.filter((what) => unavailable.has(what)) ?? [];
  if (lacking.length > 0) {
    skipped.push(...lacking.map((what) => `step ${step.name}: ${unavailable.get(what)}`));
    summary.push(`⚠ ${step.name.padEnd(10)} skipped`);
    process.stdout.write(`${summary.at(-1)}\n`);
    return;
  }
  process.stdout.write(`▶ ${step.name}\n`);
  const before = performance.now();
  const { ok, output } = await runStep(step);
  const seconds = ((performance.now() - before) / 1000).toFixed(1);
  if (!ok && step.shown !== true) process.stdout.write(`${output.trimEnd()}\n`);
  closing ||= closingLines(output);
  if (!ok) failed++;
  summary.push(`${ok ? "✔" : "✖"} ${step.name.padEnd(10)} ${seconds.padStart(6)} s`);
  process.stdout.write(`${summary.at(-1)}\n`);
}

if (only.includes(SYSTEM.name)) await report(SYSTEM, new Map());
const unavailable = findUnavailable(process.env["DIALECTS"]);
const graph = readTestGraph();
const candidates = testFiles(positionals.length > 0 ? positionals : UNIT_TESTS);
const { files, leftOut } = selectTests(graph, candidates, unavailable);
const chosen = stepsFor(files, portableTests(graph, candidates)).filter(({ name }) => only.includes(name));
for (const step of chosen) await report(step, unavailable);
if (only.includes("unit")) skipped.push(...leftOut.map((one) => `${one.files.length} test files: ${one.why}`));

const isCi = process.env["CI"] === "true";
const verdict = failed === 0 ? "Everything holds" : `${failed} of ${summary.length} steps failed`;
const skips = skipped.length === 0 ? "" : `, and ${skipped.length} things were skipped`;
console.log(`\n${verdict}${skips}.\n${summary.join("\n")}`);
for (const line of skipped) console.log(`⚠ skipped: ${line}`);
if (isCi && skipped.length > 0) console.log("✖ CI=true: nothing may be skipped");
// Last, because people who read a run's end look for these.
if (closing !== "") console.log(`\n${closing}`);
process.exitCode = failed > 0 || (isCi && skipped.length > 0) ? 1 : 0;
