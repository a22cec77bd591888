// What an operator types: the same `hufu` as on any deployment, beside the back end that runs.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Types one command and answers what it prints. */
export type Operator = (...args: readonly string[]) => Promise<string>;

const HUFU = fileURLToPath(new URL("../../server/bin/hufu.js", import.meta.url));
const run = promisify(execFile);
const MOST_MS = 20_000;

/** @param settings what the back end's process has in its environment */
export function createOperator(config: string, settings: Readonly<Record<string, string>>): Operator {
  return async (...args) => {
    const env = { ...process.env, ...settings };
    const typed = ["--conditions=@hufu/source", HUFU, ...args, "--config", config];
    const { stdout } = await run(process.execPath, typed, { env, timeout: MOST_MS });
    return stdout.trim();
  };
}
