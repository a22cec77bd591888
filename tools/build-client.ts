// Builds what is published of the client: one CommonJS file of ES2017 for mini programs, one ES module for bundlers, and
// types. The CommonJS file is minified, because it is copied into every app and counted there.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { ROOT, runCommand } from "./run-command.ts";

const HERE = join(ROOT, "client");
const COMMON: BuildOptions = { bundle: true, target: "es2017", charset: "utf8", logLevel: "error" };
const STRICT = '"use strict";';
/** What each file of the package gives. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  index: ["createClient", "HufuClientError"],
  texts: ["CLIENT_REASONS", "KIND_TEXTS", "REASON_TEXTS", "textFor"],
};

/** Writes `index.js` and `texts.js` as a mini program gets them into a folder. */
export async function buildForMiniPrograms(folder: string): Promise<void> {
  for (const [file, names] of Object.entries(FILES)) {
    // Assigned by hand: esbuild's own way of exporting costs a fifth of a kilobyte.
    const contents = `import { ${names} } from "./${file}.ts"; module.exports = { ${names} };`;
    const stdin = { contents, resolveDir: join(HERE, "src"), sourcefile: `${file}.exports.js` };
    await build({
      ...COMMON,
      stdin,
      outfile: join(folder, `${file}.js`),
      format: "cjs",
      minify: true,
      banner: { js: STRICT },
    });
  }
}

if (import.meta.main) {
  for (const folder of ["dist", "miniprogram_dist", "types"])
    rmSync(join(HERE, folder), { recursive: true, force: true });
  await buildForMiniPrograms(join(HERE, "miniprogram_dist"));
  const entryPoints = Object.keys(FILES).map((file) => join(HERE, "src", `${file}.ts`));
  await build({ ...COMMON, entryPoints, outdir: join(HERE, "dist"), format: "esm" });
  // The package is CommonJS, as mini programs want it; this folder of it is not.
  writeFileSync(join(HERE, "dist/package.json"), '{ "type": "module" }\n');
  // Twice, because a type's file belongs to the module system of its folder.
  for (const folder of ["dist", "types"]) {
    runCommand("tsc", ["-p", join(HERE, "tsconfig.build.json"), "--outDir", join(HERE, folder)]);
  }
}
