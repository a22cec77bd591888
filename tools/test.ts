// Everything that must hold, in order, with one line of progress for each step. `npm test` runs all of it and
// `npm test -- --only lint,unit` some; file patterns after that narrow the unit tests.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { parseArgs } from "node:util";
import { ROOT } from "./run-command.ts";

interface Step {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  /** Shown as it runs, not only when it fails. */
  readonly shown?: boolean;
}

interface Ended {
  readonly ok: boolean;
  readonly output: string;
}

const UNIT_TESTS = [
  "server/{src,bin}/**/*.test.ts",
  "client/src/*.test.ts",
  "simulator/src/**/*.test.ts",
  "tools/**/*.test.ts",
  "examples/**/*.test.ts",
  "bench/**/*.test.ts",
  "test/**/*.test.ts",
];
/** No single test may hang the run; the longest real one starts a database. */
const TEST_TIMEOUT_MS = 120_000;

function steps(patterns: readonly string[]): Step[] {
  const files = globSync([...patterns], { cwd: ROOT, exclude: ["**/node_modules/**"] }).sort();
  const flags = ["--conditions=@hufu/source", "--test", "--test-reporter=spec", `--test-timeout=${TEST_TIMEOUT_MS}`];
  return [
    { name: "system", commands: [["node", "tools/install-system-packages.ts"]] },
    {
      name: "typecheck",
      commands: [
        ["tsc", "-b", "tsconfig.json"],
        // Phones have neither a DOM nor Node, so the client's sources know neither.
        ["tsc", "-p", "client/tsconfig.json"],
        ["tsc", "-p", "test/typings/tsconfig.json"],
        // As an app's own editor checks it: WeChat's typings, and the client's beside them.
        ["tsc", "-p", "examples/shop/miniprogram/tsconfig.json"],
      ],
    },
    {
      name: "lint",
      commands: [
        ["biome", "ci", "--colors=off", "--error-on-warnings", "."],
        ["oxlint", "--type-aware", "--deny-warnings"],
      ],
    },
    { name: "layers", commands: [["node", "tools/check-layers.ts"]] },
    { name: "knip", commands: [["knip"]] },
    {
      name: "docs",
      commands: [
        ["node", "tools/check-docs.ts"],
        ["node", "tools/set-version.ts", "--check"],
      ],
    },
    { name: "unit", commands: [["node", ...flags, ...files]], shown: true },
    { name: "costs", commands: [["node", "tools/check-costs.ts"]] },
    { name: "pack", commands: [["node", "tools/check-pack.ts"]] },
    { name: "client", commands: [["node", "tools/check-client.ts"]] },
    { name: "deploy", commands: [["node", "--conditions=@hufu/source", "tools/check-deploy.ts"]], shown: true },
    { name: "install", commands: [["node", "tools/check-install.ts"]] },
  ];
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
const all = steps(positionals.length > 0 ? positionals : UNIT_TESTS);
const only = values.only?.split(",") ?? all.map(({ name }) => name);
const unknown = only.filter((name) => !all.some((step) => step.name === name));
if (unknown.length > 0)
  throw new TypeError(`no step ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}`);

const summary: string[] = [];
let closing = "";
let failed = 0;
for (const step of all.filter(({ name }) => only.includes(name))) {
  process.stdout.write(`▶ ${step.name}\n`);
  const before = performance.now();
  const { ok, output } = await runStep(step);
  const seconds = ((performance.now() - before) / 1000).toFixed(1);
  if (step.name === "unit") closing = closingLines(output);
  else if (!ok) process.stdout.write(`${output.trimEnd()}\n`);
  if (!ok) failed++;
  summary.push(`${ok ? "✔" : "✖"} ${step.name.padEnd(10)} ${seconds.padStart(6)} s`);
  process.stdout.write(`${summary.at(-1)}\n`);
}
console.log(
  `\n${failed === 0 ? "Everything holds." : `${failed} of ${summary.length} steps failed.`}\n${summary.join("\n")}`,
);
// Last, because whoever reads a run's end looks for these.
if (closing !== "") console.log(`\n${closing}`);
process.exitCode = failed === 0 ? 0 : 1;
