// Builds the published client: one CommonJS file of ES2017 for mini programs, one ES module for bundlers, and types. The
// CommonJS file is minified, because it is copied into every app and counts there.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, type BuildResult, build } from "esbuild";
import { type MinifyOptions, minify } from "terser";
import { LIBRARIES, LICENCES, SHA256_LICENCE, SHARED_MEMBERS } from "./client-libraries.ts";
import { ROOT, runCommand } from "./run-command.ts";

const HERE = join(ROOT, "client");
const COMMON: BuildOptions = { bundle: true, target: "es2017", charset: "utf8", logLevel: "error" };
const STRICT = '"use strict";';
/**
 * Members that never leave the client: no platform, server, storage or app sees their names, so the build shortens them.
 * The tests of test/client run the built file, so a name that does leave shows there.
 */
const INTERNAL =
  "addressOf|adopt|alone|answer|app|ask|backoff|brakes|cancel|check|clock|contact|cured|deadline|deliver|" +
  "deviceName|deviceType|does|emit|end|endpoint|environment|events|flight|found|from|give|hear|held|hidden|hold|is|isAhead|" +
  "isDelivered|isDue|isOver|isPreview|isRunning|isSilent|later|learn|leave|left|listen|load|loginCode|mark|marked|mode|" +
  "offers|onHide|onShow|origin|past|path|patienceMs|pause|pending|print|randomId|read|refusedTokens|remember|renew|renewed|" +
  "retry|" +
  "runtime|settled|share|slots|start|state|storage|stored|take|task|times|tokenFor|unclear|uncured|untouched|" +
  "waiting|within|write";
const MANGLED = new RegExp(`^(?:${INTERNAL})$`);
/** These files hold libraries whose members have such names too, so only what it shares with the core is shortened there. */
const MANGLED_IN_PROOF: RegExp = new RegExp(`^(?:${SHARED_MEMBERS})$`);
const SMALLER: MinifyOptions = {
  ecma: 2017,
  toplevel: true,
  compress: { passes: 10, unsafe_arrows: true, keep_fargs: false, lhs_constants: false },
};
/** What each file of the package gives. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  index: ["createClient", "HufuClientError"],
  proof: ["createProof"],
  "request-mac": ["createRequestMac"],
  "step-up": ["stepUp"],
  texts: ["CLIENT_REASONS", "KIND_TEXTS", "REASON_TEXTS", "textFor"],
};

/** Files that hold other people's code, and its licences. */
const BANNERS: Readonly<Record<string, string>> = { proof: `\n${LICENCES}`, "request-mac": `\n${SHA256_LICENCE}` };

/** Writes `index.js` and the optional files, or some of them, as a mini program gets them into a folder. */
export async function buildForMiniPrograms(folder: string, files = Object.keys(FILES)): Promise<void> {
  mkdirSync(folder, { recursive: true });
  // One for all files: the core and the optional files call each other's members.
  let mangleCache: NonNullable<BuildOptions["mangleCache"]> = {};
  for (const [file, names] of Object.entries(FILES)) {
    if (!files.includes(file)) continue;
    // Assigned by hand: esbuild's own way of exporting costs a fifth of a kilobyte.
    const contents = `import { ${names} } from "./${file}.ts"; module.exports = { ${names} };`;
    const stdin = { contents, resolveDir: join(HERE, "src"), sourcefile: `${file}.exports.js` };
    const built: BuildResult<{ write: false }> = await build({
      ...COMMON,
      stdin,
      format: "cjs",
      minify: true,
      mangleProps: file in BANNERS ? MANGLED_IN_PROOF : MANGLED,
      mangleCache,
      plugins: [LIBRARIES],
      write: false,
    });
    // A second pass inlines what is used once, which saves another 6 %.
    const { code } = await minify(built.outputFiles[0]?.text ?? "", SMALLER);
    mangleCache = built.mangleCache ?? mangleCache;
    writeFileSync(join(folder, `${file}.js`), `${STRICT}${BANNERS[file] ?? ""}${code}\n`);
  }
}

/** Declarations import `./x.ts` as the sources do, which TypeScript before 5 cannot resolve: names `./x.js` instead. */
function nameJavaScript(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".d.ts")) continue;
    const path = join(folder, file);
    writeFileSync(path, readFileSync(path, "utf8").replace(/(["'])(\.\.?\/[\w/.-]+)\.ts\1/g, "$1$2.js$1"));
  }
}

if (import.meta.main) {
  for (const folder of ["dist", "miniprogram_dist", "types"])
    rmSync(join(HERE, folder), { recursive: true, force: true });
  await buildForMiniPrograms(join(HERE, "miniprogram_dist"));
  const entryPoints = Object.keys(FILES).map((file) => join(HERE, "src", `${file}.ts`));
  await build({ ...COMMON, entryPoints, outdir: join(HERE, "dist"), format: "esm", plugins: [LIBRARIES] });
  // The package is CommonJS, as mini programs want it; this folder of it is not.
  writeFileSync(join(HERE, "dist/package.json"), '{ "type": "module" }\n');
  // Twice, because a type's file belongs to the module system of its folder.
  for (const folder of ["dist", "types"]) {
    runCommand("tsc", ["-p", join(HERE, "tsconfig.build.json"), "--outDir", join(HERE, folder)]);
    nameJavaScript(join(HERE, folder));
  }
}
