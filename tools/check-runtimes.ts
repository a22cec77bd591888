// The packed packages on Bun and Deno, and on two versions of Node: a sign-in, a refresh and a guard with Express and
// SQLite, the runtime's own server, and `hufu serve` from its start to its end. The programs are pinned in tools/runtimes.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { installLocked } from "./install-locked.ts";
import { linkModules } from "./link-modules.ts";
import { pinnedEnvironment, ROOT } from "./run-command.ts";

/** A runtime, and how it runs a file. */
interface Runtime {
  readonly name: string;
  readonly program: string;
  readonly flags: readonly string[];
  readonly hasOwnServer: boolean;
}

const RUN_MS = 60_000;
const SCRIPT = "sign-in.mjs";
const SOURCE = "tools/runtime-sign-in.ts";
const EXPECTED = {
  guard: 200,
  refreshed: 200,
  forged: "token_signature",
  twice: "credentials_repeated",
  revoked: "token_revoked",
};

/**
 * @param project a folder with the tarballs in its `node_modules`
 * @param oldestNode the oldest Node that the package promises, where there is one for this machine
 * @returns what was tried, a line each @throws Error with what was printed
 */
export async function tryOnRuntimes(project: string, oldestNode: string | undefined): Promise<string[]> {
  const modules = installedModules();
  if (modules === undefined) return ["SKIPPED: Bun and Deno could not be installed from the registry"];
  linkModules(modules, join(project, "node_modules"));
  // The oldest Node reads no types.
  writeFileSync(join(project, SCRIPT), stripTypeScriptTypes(readFileSync(join(ROOT, SOURCE), "utf8")));
  const lines: string[] = [];
  for (const runtime of runtimesIn(modules, oldestNode)) {
    signIn(project, runtime);
    await serve(project, runtime);
    lines.push(`${runtime.name}: sign-in, refresh, guard and hufu serve work`);
  }
  return lines;
}

function installedModules(): string | undefined {
  try {
    return dirname(installLocked("runtimes"));
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    return undefined;
  }
}

function runtimesIn(modules: string, oldestNode: string | undefined): Runtime[] {
  const node = (name: string, program: string): Runtime => ({
    name,
    program,
    flags: ["--no-warnings"],
    hasOwnServer: false,
  });
  return [
    node("the pinned Node", "node"),
    ...(oldestNode === undefined ? [] : [node("the oldest Node", oldestNode)]),
    { name: "Bun", program: binaryIn(modules, "@oven", "bin/bun"), flags: [], hasOwnServer: true },
    { name: "Deno", program: binaryIn(modules, "@deno", "deno"), flags: ["run", "--allow-all"], hasOwnServer: true },
  ];
}

/** Each platform's program is a package of its own; npm installs the one that fits. */
function binaryIn(modules: string, scope: string, path: string): string {
  const fitting = readdirSync(join(modules, scope)).map((name) => join(modules, scope, name, path));
  const found = fitting.find((program) => existsSync(program));
  if (found === undefined) throw new Error(`${scope} has no program for this machine`);
  return found;
}

function signIn(project: string, { name, program, flags, hasOwnServer }: Runtime): void {
  const { status, stdout, stderr } = spawnSync(program, [...flags, SCRIPT], {
    cwd: project,
    env: pinnedEnvironment(),
    encoding: "utf8",
    timeout: RUN_MS,
  });
  const expected = { ...EXPECTED, ownServer: hasOwnServer ? "string" : "none" };
  const seen = status === 0 ? (JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as object) : {};
  const wrong = Object.entries(expected).filter(([what, answer]) => Reflect.get(seen, what) !== answer);
  if (wrong.length === 0) return;
  throw new Error(`${name}, exit ${status}: ${wrong.map(([what]) => what).join(", ")}\n${stdout}${stderr}`);
}

/** Starts a server, and tells it to stop when it listens. @throws Error if it does not end with 0 in time */
function serve(project: string, { name, program, flags }: Runtime): Promise<void> {
  const hufu = join(project, "node_modules/hufu/bin/hufu.js");
  const child = spawn(program, [...flags, hufu, "serve", "--dev", "--port", "0"], {
    cwd: project,
    env: pinnedEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const tooLong = setTimeout(() => child.kill("SIGKILL"), RUN_MS);
  let said = "";
  let isTold = false;
  const take = (chunk: Buffer): void => {
    said += chunk.toString("utf8");
    if (isTold || !said.includes('"msg":"listening"')) return;
    isTold = true;
    child.kill("SIGTERM");
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(tooLong);
      if (code === 0 && said.includes('"msg":"stopped"')) resolve();
      else reject(new Error(`hufu serve on ${name}, exit ${code}:\n${said}`));
    });
  });
}
