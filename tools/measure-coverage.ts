// Runs the unit tests with Node's own coverage and prints the figure for what the packages ship. Tests that start other
// processes run code there that is not counted, so the figure is a lower bound.
import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { ROOT } from "./run-command.ts";

const TESTS = [
  "{server,simulator}/src/**/*.test.ts",
  "client/src/**/*.test.ts",
  "test/{stack,properties,client}/*.test.ts",
];
const SHIPPED = ["server/src/**", "simulator/src/**", "client/src/**"];
const NOT_SHIPPED = ["**/*.test.ts", "**/*.fixture.ts"];

const flags = ["--conditions=@hufu/source", "--test", "--test-reporter=spec", "--experimental-test-coverage"];
const counted = SHIPPED.map((pattern) => `--test-coverage-include=${pattern}`);
const left = NOT_SHIPPED.map((pattern) => `--test-coverage-exclude=${pattern}`);
const files = process.argv.length > 2 ? process.argv.slice(2) : globSync(TESTS, { cwd: ROOT }).sort();
const run = spawn("node", [...flags, ...counted, ...left, ...files], {
  cwd: ROOT,
  stdio: ["ignore", "pipe", "inherit"],
});

let report = "";
run.stdout.setEncoding("utf8").on("data", (text: string) => {
  report += text;
  for (const line of text.split("\n")) if (/^(?:✖|ℹ (?:pass|fail))/.test(line)) console.log(line);
});
run.on("close", (code) => {
  const [lines] = /^ℹ all files.*$/m.exec(report) ?? [];
  console.log(lines === undefined ? "no coverage was reported" : `          line % | branch % | funcs %\n${lines}`);
  process.exitCode = code ?? 1;
});
