// Packs the client and tries the tarball as mini-program teams would: what is in it, what publint and attw say, the
// official packer, Vite, webpack, and Node; and what each of them makes of it runs on a simulated phone.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { bundleWithWebpack4, typeCheckWithOldTypeScript } from "./check-old-tool-chains.ts";
import { installLocked } from "./install-locked.ts";
import { pinnedEnvironment, ROOT, runCommand } from "./run-command.ts";

const KINDS = [
  /^package\.json$/,
  /^README(?:\.zh-CN)?\.md$/,
  /^LICENSE$/,
  /^dist\/(?:package\.json|(?:[\w-]+\/)?[\w-]+\.(?:js|d\.ts))$/,
  /^miniprogram_dist\/(?:index|proof|request-mac|step-up|texts)\.js$/,
  /^types\/(?:[\w-]+\/)?[\w-]+\.d\.ts$/,
  /^(?:proof|request-mac|step-up|texts)\/package\.json$/,
];
/** Gzipped: what each file may add to an app. */
const LARGEST_BYTES = { index: 10_240, proof: 24_576, "request-mac": 8_192 } as const;
const env = pinnedEnvironment();

function packClient(folder: string): string {
  runCommand("npm", ["run", "build", "-w", "client"], { env });
  const answer = runCommand("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
    cwd: join(ROOT, "client"),
    env,
  });
  const [packed] = JSON.parse(answer) as readonly { filename: string; files: readonly { path: string }[] }[];
  if (packed === undefined) throw new Error(`npm pack answered ${answer}`);
  const wrong = packed.files.filter(
    ({ path }) => !KINDS.some((kind) => kind.test(path)) || /\.(test|fixture)\./.test(path),
  );
  if (wrong.length > 0) throw new Error(`in the tarball: ${wrong.map(({ path }) => path).join(", ")}`);
  return join(folder, packed.filename.replaceAll("/", "-").replace("@", ""));
}

function judge(tarball: string): void {
  const judges = installLocked("packaging");
  runCommand(join(judges, "publint"), ["--strict", tarball], { env });
  runCommand(join(judges, "attw"), ["--profile", "node16", "--no-emoji", tarball], { env });
}

/** A mini program that has the tarball as its one dependency. */
function miniProgram(tarball: string, folder: string): string {
  const project = join(folder, "mini-program");
  mkdirSync(join(project, "miniprogram"), { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "name": "stranger", "private": true }');
  writeFileSync(
    join(project, "project.config.json"),
    '{ "appid": "wx0123456789abcdef", "miniprogramRoot": "miniprogram/" }',
  );
  writeFileSync(join(project, "miniprogram", "app.json"), '{ "pages": ["index"] }');
  runCommand("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: project, env });
  return project;
}

function packOfficially(project: string): string {
  const modules = join(ROOT, "tools", "bundlers", "node_modules");
  const script = join(project, "pack.cjs");
  writeFileSync(
    script,
    `const ci = require(${JSON.stringify(join(modules, "miniprogram-ci"))});
ci.packNpmManually({
  packageJsonPath: ${JSON.stringify(join(project, "package.json"))},
  miniprogramNpmDistDir: ${JSON.stringify(join(project, "miniprogram"))},
}).then(result => { console.log(JSON.stringify(result)); process.exit(0); }, error => { console.error(error); process.exit(1); });`,
  );
  const answer = runCommand("node", [script], { cwd: project, env });
  const result = JSON.parse(answer.trim().split("\n").at(-1) ?? "") as {
    miniProgramPackNum: number;
    warnList: unknown[];
  };
  if (result.warnList.length > 0 || result.miniProgramPackNum !== 1) throw new Error(`the official packer: ${answer}`);
  return join(project, "miniprogram", "miniprogram_npm", "@hufu", "client");
}

/** Bundles the one line that the README shows, as these tools do by default for a phone's language level. */
function bundle(project: string): string[] {
  const modules = join(ROOT, "tools", "bundlers", "node_modules");
  writeFileSync(
    join(project, "entry.js"),
    'import { createClient, HufuClientError } from "@hufu/client";\nimport { createProof } from "@hufu/client/proof";\nexport { createClient, createProof, HufuClientError };\n',
  );
  writeFileSync(
    join(project, "vite.mjs"),
    `import { build } from ${JSON.stringify(join(modules, "vite/dist/node/index.js"))};
await build({ root: ${JSON.stringify(project)}, logLevel: "warn", configFile: false, build: {
  outDir: "by-vite", target: "es2017", lib: { entry: "entry.js", formats: ["cjs"], fileName: () => "index.js" } } });`,
  );
  writeFileSync(
    join(project, "webpack.cjs"),
    `const webpack = require(${JSON.stringify(join(modules, "webpack"))});
webpack({ context: ${JSON.stringify(project)}, mode: "production", entry: "./entry.js", target: ["web", "es2017"],
  output: { path: ${JSON.stringify(join(project, "by-webpack"))}, filename: "index.js", library: { type: "commonjs2" } } },
  (error, stats) => { if (error || stats.hasErrors() || stats.hasWarnings()) { console.error(error || stats.toString()); process.exit(1); } });`,
  );
  runCommand("node", ["vite.mjs"], { cwd: project, env });
  runCommand("node", ["webpack.cjs"], { cwd: project, env });
  return [join(project, "by-vite"), join(project, "by-webpack")];
}

/** Loads a packed client in a phone's bare environment; it must be able to begin, and to make a key. */
function startOnPhone(folder: string): void {
  const script = `
    import { createSimulatedPhone } from "@hufu/simulator";
    const phone = createSimulatedPhone({ appId: "wx-stranger", wechat: () => "code" });
    const environment = phone.environment({ root: ${JSON.stringify(folder)} });
    const { createClient, createProof = environment.require("proof.js").createProof } = environment.require("index.js");
    const proof = createProof();
    const client = createClient({ baseURL: "https://api.example.com", proof, timeout: 3000 });
    const state = await client.session();
    if (state.signedIn !== false) throw new Error("nobody has signed in");
    const { Authorization } = await proof.headers({ url: "https://api.example.com/orders", authorization: "Bearer x" });
    if (Authorization !== "Bearer x") throw new Error("there is no key, and no token that is bound to it");
    phone.close();`;
  runCommand("node", ["--conditions=@hufu/source", "--input-type=module", "-e", script], { env });
}

function loadInNode(project: string): void {
  const names =
    '["createClient", "HufuClientError"].forEach(n => { if (typeof m[n] !== "function") throw new Error(n); })';
  runCommand(
    "node",
    [
      "-e",
      `const m = require("@hufu/client"); ${names}; require("@hufu/client/texts").textFor; require("@hufu/client/proof").createProof(); require("@hufu/client/request-mac").createRequestMac();`,
    ],
    {
      cwd: project,
      env,
    },
  );
  const script = `import * as m from "@hufu/client"; import { textFor } from "@hufu/client/texts"; import { createProof } from "@hufu/client/proof"; import { createRequestMac } from "@hufu/client/request-mac"; ${names}; textFor({ kind: "bug", reason: "x" }); createProof(); createRequestMac();`;
  runCommand("node", ["--input-type=module", "-e", script], { cwd: project, env });
}

const folder = mkdtempSync(join(tmpdir(), "hufu-client-"));
try {
  const tarball = packClient(folder);
  for (const [file, most] of Object.entries(LARGEST_BYTES)) {
    const size = gzipSync(readFileSync(join(ROOT, "client", "miniprogram_dist", `${file}.js`)), { level: 9 }).length;
    if (size > most) throw new Error(`${file}.js: ${size} bytes gzipped, at most ${most} are promised`);
    console.log(`packed: ${file}.js adds ${size} bytes gzipped to an app`);
  }
  judge(tarball);
  console.log("publint and attw have no complaint");
  installLocked("bundlers");
  const project = miniProgram(tarball, folder);
  const packed = packOfficially(project);
  if (!existsSync(join(packed, "index.js"))) throw new Error(`nothing was packed: ${readdirSync(packed).join(", ")}`);
  console.log("the official packer takes it without a warning");
  const bundled = bundle(project);
  console.log("Vite and webpack bundle it");
  typeCheckWithOldTypeScript(project);
  console.log("TypeScript 4.9 reads its types, sub-paths too, in each of its module resolutions");
  bundled.push(bundleWithWebpack4(project));
  console.log("webpack 4 bundles it");
  for (const built of [packed, ...bundled]) startOnPhone(built);
  loadInNode(project);
  console.log("what they made runs on a phone, and Node can require and import it");
} finally {
  rmSync(folder, { recursive: true, force: true });
}
