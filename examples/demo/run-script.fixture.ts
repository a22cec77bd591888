import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A script of this folder as a child of a test, with a temporary folder of its own. */
export interface RunningScript {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
  output(): string;
  /** What it has left in its temporary folder. */
  leftBehind(): readonly string[];
  close(): void;
}

const MOST_MS = 120_000;

export function runScript(
  name: string,
  environment: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): RunningScript {
  const folder = mkdtempSync(join(tmpdir(), "hufu-script-"));
  const script = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@hufu/source", script, ...args], {
    env: { ...process.env, ...environment, TMPDIR: folder, TEMP: folder },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: MOST_MS,
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  return {
    child,
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, errors }));
    }),
    output: () => output,
    leftBehind: () => readdirSync(folder),
    close: () => {
      child.kill("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
