// Who may import whom, which layer may use which package, and where time, randomness and network may be taken from
// the machine; and no cycle of imports in the whole repository.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { findCycles, readImportGraph, resolveImport } from "./import-graph.ts";
import { GLOBALS, LAYERS, LOADS_NAMED_MODULES, PACKAGES, SIMULATOR_PACKAGES } from "./layers.ts";
import { importsOf, lineAt, maskSource } from "./source-text.ts";
import { trackedFiles } from "./tracked-files.ts";

export interface Breach {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
}

interface Source {
  readonly text: string;
  readonly layer: string | undefined;
  readonly isTest: boolean;
}

const IS_TEST = /\.(?:test|fixture)\.ts$/;

function layerOf(file: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((layer) => file.startsWith(`${layer}/`) || file === layer)
    .sort((a, b) => b.length - a.length)[0];
}

function withAllBelow(layers: readonly string[]): ReadonlySet<string> {
  const below = new Set<string>();
  const add = (layer: string): void => {
    if (below.has(layer)) return;
    below.add(layer);
    for (const next of LAYERS[layer]?.imports ?? []) add(next);
  };
  for (const layer of layers) add(layer);
  return below;
}

function mayImport(layer: string, isTest: boolean): ReadonlySet<string> {
  if (isTest) return withAllBelow([layer, ...(LAYERS[layer]?.testsImport ?? [])]);
  return new Set([layer, ...(LAYERS[layer]?.imports ?? [])]);
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function packageRule(specifier: string, layer: string): string | undefined {
  const name = packageOf(specifier);
  const layers = PACKAGES[name];
  if (layers === undefined) return `no layer may import ${name}: it is not in the table of packages`;
  if (layers === "anywhere" || layers.includes(layer)) return undefined;
  return `${layer} may not import ${name}: only ${layers.join(", ")} may`;
}

function layerRule(from: Source & { layer: string }, target: string, to: Source | undefined): string | undefined {
  if (target.startsWith("..")) return `an import may not leave the source folder: ${target}`;
  if (!target.endsWith(".ts")) return `a relative import ends in .ts: ${target}`;
  const layer = layerOf(target);
  if (layer === undefined) return `${target} is in no layer`;
  if (!from.isTest && IS_TEST.test(target)) return `product code may not import a test: ${target}`;
  if (to === undefined) return `there is no file ${target}`;
  const allowed = mayImport(from.layer, from.isTest);
  if (allowed.has(layer)) return undefined;
  const others = [...allowed].filter((name) => name !== from.layer).join(", ");
  return `${from.layer}${from.isTest ? " (a test)" : ""} may not import ${layer}: only ${others || "itself"}`;
}

function breachesOfFile(file: string, source: Source, sources: ReadonlyMap<string, Source>): Breach[] {
  const { layer, text, isTest } = source;
  if (layer === undefined) return [{ file, line: 1, rule: "a file stands in a layer of tools/layers.ts" }];
  const breaches: Breach[] = [];
  for (const { specifier, line } of importsOf(text)) {
    const target = resolveImport(file, specifier);
    const rule = specifier.startsWith(".")
      ? layerRule({ ...source, layer }, target, sources.get(target))
      : specifier === ""
        ? file === LOADS_NAMED_MODULES
          ? undefined
          : "an import() names its module in plain text"
        : isTest
          ? undefined
          : packageRule(specifier, layer);
    if (rule !== undefined) breaches.push({ file, line, rule });
  }
  if (isTest) return breaches;
  const code = maskSource(text);
  for (const { what, looks, unless, allowed } of GLOBALS) {
    if (allowed.includes(layer) || allowed.includes(file) || unless?.test(code)) continue;
    for (const match of code.matchAll(looks)) {
      const rule = `${what} comes in as a value: ${match[0].trim()}`;
      breaches.push({ file, line: lineAt(code, match.index), rule });
    }
  }
  return breaches;
}

/** The cycles among files, by their paths below a root, as breaches. */
export function findImportCycles(root: string, files: readonly string[]): Breach[] {
  return findCycles(readImportGraph(root, files)).map(({ file, line, path }) => ({
    file,
    line,
    rule: `a cycle of imports: ${path.join(" → ")}`,
  }));
}

/** Every breach of the tables above in the TypeScript files of a source folder. */
export function findBreaches(folder: string): Breach[] {
  const sources = new Map<string, Source>();
  for (const name of globSync("**/*.ts", { cwd: folder }).sort()) {
    const file = name.split(sep).join("/");
    sources.set(file, {
      text: readFileSync(join(folder, name), "utf8"),
      layer: layerOf(file),
      isTest: IS_TEST.test(file),
    });
  }
  return [...sources].flatMap(([file, source]) => breachesOfFile(file, source, sources));
}

/** The simulator knows nothing of the server: its files import each other, Node's modules and two packages. */
export function findSimulatorBreaches(folder: string): Breach[] {
  const breaches: Breach[] = [];
  for (const name of globSync("**/*.ts", { cwd: folder }).sort()) {
    const file = name.split(sep).join("/");
    if (IS_TEST.test(file)) continue;
    for (const { specifier, line } of importsOf(readFileSync(join(folder, name), "utf8"))) {
      const own = specifier.startsWith(".") && !resolveImport(file, specifier).startsWith("..");
      if (own || specifier.startsWith("node:") || SIMULATOR_PACKAGES.includes(specifier)) continue;
      breaches.push({ file, line, rule: `the simulator may not import ${specifier || "by a computed name"}` });
    }
  }
  return breaches;
}

/** Libraries that the build puts into optional files of the client. */
const BUNDLED = ["@noble/ed25519", "@stablelib/sha256", "tweetnacl"];

/** The client runs where there are no packages and no server: its files import each other, and what is bundled with them. */
export function findClientBreaches(folder: string): Breach[] {
  const breaches: Breach[] = [];
  for (const name of globSync("**/*.ts", { cwd: folder }).sort()) {
    const file = name.split(sep).join("/");
    if (IS_TEST.test(file)) continue;
    for (const { specifier, line } of importsOf(readFileSync(join(folder, name), "utf8"))) {
      if (/^\.\.?\/[\w/.-]+\.ts$/.test(specifier) && !posix.join(posix.dirname(file), specifier).startsWith(".."))
        continue;
      if (/^(?:proof|request-mac)\//.test(file) && BUNDLED.includes(specifier)) continue;
      breaches.push({
        file,
        line,
        rule: `the client imports only its own files, not ${specifier || "by a computed name"}`,
      });
    }
  }
  return breaches;
}

if (import.meta.main) {
  const root = dirname(import.meta.dirname);
  const folder = process.argv[2] ?? join(root, "server", "src");
  if (!existsSync(folder)) throw new TypeError(`no such folder: ${folder}`);
  const client = join(root, "client", "src");
  const simulator = join(root, "simulator", "src");
  const everywhere = trackedFiles("*.ts", "*.js").filter((file) => existsSync(join(root, file)));
  const breaches = [
    ...findImportCycles(root, everywhere).map((breach) => ({ ...breach, file: join(root, breach.file) })),
    ...findBreaches(folder).map((breach) => ({ ...breach, file: join(folder, breach.file) })),
    ...findClientBreaches(client).map((breach) => ({ ...breach, file: join(client, breach.file) })),
    ...findSimulatorBreaches(simulator).map((breach) => ({ ...breach, file: join(simulator, breach.file) })),
  ];
  for (const { file, line, rule } of breaches) console.log(`${relative(process.cwd(), file)}:${line}: ${rule}`);
  console.log(breaches.length === 0 ? "layers: no breach" : `layers: ${breaches.length} breaches`);
  process.exitCode = breaches.length === 0 ? 0 : 1;
}
