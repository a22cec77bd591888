// The unit tests three times, while other processes keep every core busy: a test that decides by time fails here. File
// patterns narrow the tests: `npm run test:under-load -- 'server/src/verify/**/*.test.ts'`.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { failedTests } from "./failed-tests.ts";
import { ROOT } from "./run-command.ts";

const ROUNDS = 3;
/** Burns one core until its parent is gone. */
const BURN = "const parent = process.ppid; while (process.ppid === parent) {}";

async function runTests(patterns: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn("node", ["tools/test.ts", "--only", "unit", ...patterns], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    // A group of its own, so that a signal can end the tests too which the runner has started.
    detached: true,
  });
  testing = child;
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const [code] = await once(child, "close");
  return { code: Number(code ?? 1), output };
}

let testing: ChildProcess | undefined;
const burning = Array.from({ length: availableParallelism() }, () => spawn("node", ["-e", BURN], { stdio: "ignore" }));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of burning) child.kill();
    if (testing?.pid !== undefined && testing.exitCode === null) process.kill(-testing.pid);
    process.exit(1);
  });
}
console.log(`${burning.length} processes keep the cores busy`);
try {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { code, output } = await runTests(process.argv.slice(2));
    const failed = failedTests(output);
    const passed = /^ℹ pass (\d+)$/m.exec(output)?.[1] ?? "0";
    console.log(`round ${round} of ${ROUNDS}: ${passed} passed, ${failed.length} failed`);
    for (const one of failed) console.log(`✖ ${one}`);
    if (code === 0) continue;
    process.exitCode = 1;
    // The reasons stand at the end.
    console.log(output.slice(-20_000));
  }
} finally {
  for (const child of burning) child.kill();
}
