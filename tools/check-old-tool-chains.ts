// Tool chains that mini-program teams still use: TypeScript 4.9 without `exports`, and webpack 4. They are pinned in
// tools/old-tool-chains.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installLocked } from "./install-locked.ts";
import { pinnedEnvironment, ROOT, runCommand } from "./run-command.ts";

const env = pinnedEnvironment();
const MODULES = join(ROOT, "tools", "old-tool-chains", "node_modules");

/** Compiles only if the types are what they say. */
const GOOD = `
import { type ClientOptions, createClient, HufuClientError } from "@hufu/client";
import { createProof } from "@hufu/client/proof";
import { textFor } from "@hufu/client/texts";
const options: ClientOptions = { baseURL: "https://api.example.com", proof: createProof() };
const hufu = createClient(options);
hufu.on("signInFailed", ({ error }) => textFor(error, "en").length);
export async function load(): Promise<string | undefined> {
  try {
    const { data } = await hufu.get<{ orders: string[] }>("/orders");
    const state = await hufu.ready();
    return state.signedIn ? data.orders[0] : undefined;
  } catch (error) {
    if (error instanceof HufuClientError && error.kind === "offline") return textFor(error);
    throw error;
  }
}
`;
/** Each line compiles only where the types are \`any\`. */
const BAD = [
  'import { createClient } from "@hufu/client"; export const x: number = createClient({ baseURL: "" });',
  'import { createClient } from "@hufu/client"; createClient({ baseUrl: "" });',
  'import { createClient } from "@hufu/client"; export const x: number = createClient({ baseURL: "" }).session();',
  'import { HufuClientError } from "@hufu/client"; export const x: number = new HufuClientError("bug", "x").kind;',
  'import { textFor } from "@hufu/client/texts"; export const x: number = textFor(1);',
  'import { createProof } from "@hufu/client/proof"; export const x: number = createProof();',
];
const SETTINGS: readonly (readonly [module: string, moduleResolution: string])[] = [
  ["commonjs", "node"],
  ["esnext", "node"],
  ["node16", "node16"],
];

/** @throws Error with what the compiler says */
export function typeCheckWithOldTypeScript(project: string): void {
  installLocked("old-tool-chains");
  const folder = join(project, "old-typescript");
  mkdirSync(folder);
  writeFileSync(join(folder, "good.ts"), GOOD);
  const bad = BAD.map((_, at) => `bad-${at}.ts`);
  for (const [at, file] of bad.entries()) writeFileSync(join(folder, file), `${BAD[at]}\n`);
  for (const [module, moduleResolution] of SETTINGS) {
    const what = `TypeScript 4.9 with module ${module} and moduleResolution ${moduleResolution}`;
    const said = compile(folder, module, moduleResolution, ["good.ts"]);
    if (said !== "") throw new Error(`${what}: ${said}`);
    const refusals = compile(folder, module, moduleResolution, bad);
    for (const [at, line] of BAD.entries()) {
      if (!new RegExp(`bad-${at}\\.ts.*error TS2(322|345)`).test(refusals))
        throw new Error(`${what} accepts ${line}\n${refusals}`);
    }
  }
}

/** The compiler's messages; empty where it has no complaint. */
function compile(folder: string, module: string, moduleResolution: string, files: readonly string[]): string {
  const settings = ["--module", module, "--moduleResolution", moduleResolution];
  const strict = ["--strict", "--noEmit", "--target", "es2017", "--lib", "es2017"];
  const tsc = join(MODULES, "typescript", "bin", "tsc");
  const { stdout, stderr } = spawnSync("node", [tsc, ...settings, ...strict, ...files], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return (stdout + stderr).trim();
}

/** Returns the folder of the bundle. @throws Error with what webpack says */
export function bundleWithWebpack4(project: string): string {
  installLocked("old-tool-chains");
  const folder = join(project, "by-webpack-4");
  writeFileSync(
    join(project, "old-entry.js"),
    'import { createClient, HufuClientError } from "@hufu/client";\nimport { createProof } from "@hufu/client/proof";\nimport { textFor } from "@hufu/client/texts";\nexport { createClient, createProof, HufuClientError, textFor };\n',
  );
  writeFileSync(
    join(project, "webpack-4.cjs"),
    `const webpack = require(${JSON.stringify(join(MODULES, "webpack"))});
webpack({ context: ${JSON.stringify(project)}, mode: "production", entry: "./old-entry.js", target: "web",
  output: { path: ${JSON.stringify(folder)}, filename: "index.js", libraryTarget: "commonjs2" } },
  (error, stats) => { if (error || stats.hasErrors() || stats.hasWarnings()) { console.error(error || stats.toString()); process.exit(1); } });`,
  );
  runCommand("node", ["webpack-4.cjs"], { cwd: project, env });
  return folder;
}
