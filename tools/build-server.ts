// Builds the published server: each entry of the package and the command line, with what they share in chunks. A process
// that starts would otherwise find, read and link a thousand small files, which costs more than running them (decision 0061).
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { ROOT, runCommand } from "./run-command.ts";

const HERE = join(ROOT, "server");
const TSC = join(ROOT, "node_modules", ".bin", "tsc");
/** Built in, because each is hundreds of files of which little is used. Everything else stays an import. */
export const BUILT_IN: readonly string[] = ["kysely", "zod"];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** Writes `dist`: code, its types where `hasTypes`, and the licences of what is built in. @param dist default: the package's own */
export async function buildServer(dist: string = join(HERE, "dist"), hasTypes = true): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  if (hasTypes) runCommand(TSC, ["-p", join(HERE, "tsconfig.build.json"), "--emitDeclarationOnly", "--outDir", dist]);
  await build({ ...options(), outdir: dist });
  writeFileSync(join(dist, "LICENSES.txt"), BUILT_IN.map(licenceOf).join("\n"));
}

function options(): BuildOptions {
  const { dependencies, peerDependencies, exports } = JSON.parse(
    readFileSync(join(HERE, "package.json"), "utf8"),
  ) as Manifest;
  const sources = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : (target["@hufu/source"] ?? []),
  );
  const imported = [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
  return {
    entryPoints: [...sources, "src/cli/main.ts"].map((source) => join(HERE, source)),
    outbase: join(HERE, "src"),
    // Two folders deep, as the command line is: both find package.json at the same place.
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22.13",
    charset: "utf8",
    external: imported.flatMap((name) => [name, `${name}/*`]),
    logLevel: "error",
  };
}

function licenceOf(name: string): string {
  const folder = join(ROOT, "node_modules", name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} has no licence beside it`);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  return `${name} ${version}\n\n${readFileSync(join(folder, file), "utf8")}`;
}

if (import.meta.main) await buildServer();
