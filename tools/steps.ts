import { availableParallelism } from "node:os";

/** One step of the run. */
export interface Step {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  /** System packages without which it cannot run, by their `what`. */
  readonly needs?: readonly string[];
  /** Runs only when it is asked for by name. */
  readonly extra?: boolean;
  /** Shown as it runs, not only when it fails. */
  readonly shown?: boolean;
}

/** No single test may hang the run; the longest real one starts a database. */
const TEST_TIMEOUT_MS = 120_000;
/** Test files at once. Many wait for a server that they started, so one more than there are cores. */
const FILES_AT_ONCE = availableParallelism() + 1;
/** Tells what the system lacks, and installs it where that is allowed; everything else is chosen after it. */
export const SYSTEM: Step = { name: "system", commands: [["node", "tools/install-system-packages.ts"]], shown: true };

/** The steps after that, in order, with the tests that this machine can run. */
export function stepsFor(files: readonly string[], portable: readonly string[]): Step[] {
  return [
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
        ["node", "tools/check-words.ts"],
      ],
    },
    { name: "layers", commands: [["node", "tools/check-layers.ts"]] },
    { name: "knip", commands: [["knip"]] },
    {
      name: "docs",
      commands: [
        ["node", "tools/check-docs.ts"],
        ["node", "tools/set-version.ts", "--check"],
        ["node", "tools/write-reference.ts", "--check"],
        ["node", "tools/write-feed-vectors.ts", "--check"],
      ],
    },
    { name: "unit", commands: testRun(files), shown: true },
    { name: "portable", commands: testRun(portable), shown: true, extra: true },
    { name: "attack", commands: [["node", "--conditions=@hufu/source", "attack/run.ts", "--check"]] },
    { name: "costs", commands: [["node", "tools/check-costs.ts"]] },
    { name: "pack", commands: [["node", "tools/check-pack.ts"]] },
    { name: "client", commands: [["node", "tools/check-client.ts"]] },
    { name: "guides", commands: [["node", "tools/check-guides.ts"]] },
    {
      name: "deploy",
      commands: [["node", "--conditions=@hufu/source", "tools/check-deploy.ts"]],
      shown: true,
      needs: ["podman", "debootstrap", "nginx", "HAProxy", "PostgreSQL", "Redis"],
    },
    { name: "install", commands: [["node", "tools/check-install.ts"]] },
  ];
}

/** No command for no file: the runner would otherwise look for tests itself. */
function testRun(files: readonly string[]): readonly (readonly string[])[] {
  const flags = [
    "--conditions=@hufu/source",
    "--test",
    "--test-reporter=spec",
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--test-concurrency=${FILES_AT_ONCE}`,
  ];
  return files.length === 0 ? [] : [["node", ...flags, ...files]];
}
