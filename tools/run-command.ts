import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

/** Where the workspace begins. */
export const ROOT: string = join(import.meta.dirname, "..");

interface Place {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end and returns what it printed; throws an `Error` with all of it if it fails. */
export function runCommand(
  program: string,
  args: readonly string[],
  { cwd = ROOT, env = process.env }: Place = {},
): string {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${signal ?? status}\n${stdout}${stderr}`);
  return stdout;
}

/** The environment that a person's shell would have: without what `npm run` adds and with the machine's own Node first. */
export function freshEnvironment(): NodeJS.ProcessEnv {
  const kept = new Set(["npm_config_cache", "npm_config_registry", "npm_config_userconfig"]);
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    const added = /^(?:npm_|INIT_CWD$|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/.test(name) && !kept.has(name);
    if (!added) env[name] = value;
  }
  const folders = (env["PATH"] ?? "").split(delimiter);
  env["PATH"] = folders.filter((folder) => !/[\\/]node_modules[\\/]\.bin$|node-gyp-bin$/.test(folder)).join(delimiter);
  return env;
}

/** The same with the Node that runs this first, as `npm run` would have it. */
export function pinnedEnvironment(): NodeJS.ProcessEnv {
  const env = freshEnvironment();
  env["PATH"] = [join(ROOT, "node_modules", ".bin"), env["PATH"]].join(delimiter);
  return env;
}
