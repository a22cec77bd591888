// Every relative link of every Markdown page leads somewhere, and every block of code marked `ts`, `js` or `cjs` in the
// README and the guides is a module that type-checks against the source as a user would import it: by the name "hufu".
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { alertTable } from "./docs/alert-table.ts";
import { benchmarkFigure } from "./docs/benchmark-figure.ts";
import { type Files, findMissingTests, findUnlistedCitations } from "./docs/cited-tests.ts";
import { findGhosts } from "./docs/comment-names.ts";
import { findWrongCounts } from "./docs/counted-lists.ts";
import { exampleBlocks } from "./docs/example-code.ts";
import { type Block, printBlocks } from "./docs/generated-blocks.ts";
import { findUnindexedPages } from "./docs/indexed-pages.ts";
import { findUnknownNames, wordsOf } from "./docs/known-names.ts";
import { layerDiagram, layerTable } from "./docs/layer-table.ts";
import { findOptionGaps } from "./docs/listed-options.ts";
import { metricTable } from "./docs/metric-table.ts";
import { findOutsideReferences } from "./docs/outside-references.ts";
import { findUnknownErrors } from "./docs/quoted-errors.ts";
import { wechatErrcodeTable } from "./docs/wechat-errcode-table.ts";
import { readMarkdown, slug } from "./markdown-page.ts";
import { ROOT, runCommand } from "./run-command.ts";

/** Pages whose code is checked; a decision or a changelog may quote code that is gone. */
const WITH_CODE = /^(?:[^/]*\/)?README[^/]*\.md$|^docs\/(?!decisions\/).+\.md$/;
const THREATS = "docs/reference/threats.md";
/** Test files, whose titles may cite rows of the page above; tests of the checks themselves cite anything. */
const TESTS = /^(?!tools\/).*\.(?:test|testing|contract|fixture|cases)\.ts$/;
/** Pages that quote error and log texts of ours. */
const QUOTING = /^docs\/guides\/(?:faq|operations)\b/;
/** The sources of the published packages. */
const PRODUCT = /^(?:server|client|simulator)\/src\/(?!.*\.(?:test|fixture)\.ts$)/;
/** Pages that speak of what exists today. */
const TODAY = /^(?!docs\/decisions\/|docs\/protocol-next|CHANGELOG).*\.md$/;
/** Parts of pages that are printed from the code, by the name in their marks. */
const BLOCKS: ReadonlyMap<string, Block> = new Map([
  ["benchmark-figure", (chinese) => benchmarkFigure(readFileSync(join(ROOT, "docs/benchmarks.md"), "utf8"), chinese)],
  ["layer-diagram", layerDiagram],
  ["layers", layerTable],
  ["metrics", metricTable],
  ["alerts", alertTable],
  ["wechat-errcodes", wechatErrcodeTable],
  ...exampleBlocks(),
]);
const LANGUAGES = ["ts", "js", "cjs"];

/** Markdown pages by their path from the root, with `/`. */
export type Pages = ReadonlyMap<string, string>;

/** Links that lead nowhere, as `page:line: target`; `exists` is asked about paths from the root. */
export function findDeadLinks(pages: Pages, exists: (path: string) => boolean): string[] {
  const read = new Map([...pages].map(([name, text]) => [name, readMarkdown(text)]));
  const dead: string[] = [];
  for (const [name, page] of read) {
    for (const { target, line } of page.links) {
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? name : normalize(join(dirname(name), decodeURI(path))).replaceAll("\\", "/");
      const anchors = read.get(file)?.anchors;
      const leads = !file.startsWith("..") && (read.has(file) || exists(file));
      const lands = anchor === undefined || anchors === undefined || anchors.has(decodeURI(anchor));
      if (!leads || !lands) dead.push(`${name}:${line}: ${target} leads nowhere`);
    }
  }
  return dead;
}

/** The code of the pages as files, each line of code on the line that it has in its page. */
export function snippetFiles(pages: Pages): Map<string, { readonly page: string; readonly text: string }> {
  const files = new Map<string, { page: string; text: string }>();
  for (const [page, text] of pages) {
    for (const { language, line, code } of readMarkdown(text).snippets) {
      if (!WITH_CODE.test(page) || !LANGUAGES.includes(language)) continue;
      const name = `${page.replaceAll("/", "-").replace(/\.md$/, "")}-${line}.${language}`;
      const module = language === "cjs" ? "" : "\nexport {};\n";
      files.set(name, { page, text: "\n".repeat(line - 1) + code + module });
    }
  }
  return files;
}

/** Type-checks the code of the pages in a folder below the workspace, so that its packages are found; returns complaints. */
export function checkSnippets(pages: Pages, folder: string): { readonly count: number; readonly complaints: string } {
  const files = snippetFiles(pages);
  if (files.size === 0) return { count: 0, complaints: "" };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    for (const [name, { text }] of files) writeFileSync(join(folder, name), text);
    const compilerOptions = {
      noEmit: true,
      allowJs: true,
      checkJs: true,
      // As every Nest application has it.
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      noUnusedLocals: false,
      noUnusedParameters: false,
    };
    const config = { extends: join(ROOT, "tsconfig.base.json"), compilerOptions, files: [...files.keys()] };
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { status, stdout } = spawnSync("tsc", ["-p", ".", "--pretty", "false"], { cwd: folder, encoding: "utf8" });
    const named = stdout.replace(/^([\w.-]+)(?=\(\d+,\d+\))/gm, (file) => files.get(file)?.page ?? file);
    return { count: files.size, complaints: status === 0 ? "" : named };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files that git knows or would add, by path, as far as they match the patterns. */
function readFiles(...patterns: readonly string[]): Map<string, string> {
  const listed = runCommand("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...patterns]);
  const names = listed.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)));
  return new Map(names.map((name) => [name, readFileSync(join(ROOT, name), "utf8")]));
}

function only(files: Files, pattern: RegExp): Map<string, string> {
  return new Map([...files].filter(([name]) => pattern.test(name)));
}

/** What is wrong with the references of pages and sources to each other. */
function checkReferences(pages: Pages, sources: Files): string[] {
  const schema = JSON.parse(readFileSync(join(ROOT, "server/config.schema.json"), "utf8"));
  const reference = only(pages, /^docs\/(?:reference\/|threat-model)/);
  const threats = pages.get(THREATS);
  const decisions = [...pages.keys()].flatMap((name) => /^docs\/decisions\/(\d{4})-/.exec(name)?.[1] ?? []);
  return [
    ...[...reference].flatMap(([page, text]) => findMissingTests(page, text, sources.keys())),
    ...(threats === undefined ? [] : findUnlistedCitations(THREATS, threats, only(sources, TESTS))),
    ...findOutsideReferences(new Map([...pages, ...sources]), new Set(decisions.map(Number))),
    ...findGhosts(only(sources, /^(?!tools\/)/)),
    ...findUnknownNames(only(pages, TODAY), wordsOf(sources.values())),
    ...findUnindexedPages(pages),
    ...[...only(pages, /^docs\/guides\/configuration\b/)].flatMap(([page, text]) => findOptionGaps(page, text, schema)),
    ...findWrongCounts(pages, slug),
    ...findUnknownErrors(only(pages, QUOTING), only(sources, PRODUCT).values()),
  ];
}

/** Rewrites pages whose generated blocks are out of date, or says which are. */
function checkBlocks(pages: Map<string, string>, write: boolean): string[] {
  const { stale, unknown } = printBlocks(pages, BLOCKS);
  if (!write) return [...unknown, ...[...stale.keys()].map((page) => `${page}: run npm run docs -- --write`)];
  for (const [page, text] of stale) {
    writeFileSync(join(ROOT, page), text);
    pages.set(page, text);
  }
  return [...unknown];
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
  const pages = readFiles("*.md");
  const sources = readFiles("*.ts", "*.js", "*.mjs", "*.cjs");
  const complaints = [
    ...checkBlocks(pages, values.write),
    ...findDeadLinks(pages, (path) => existsSync(join(ROOT, path))),
    ...checkReferences(pages, sources),
  ];
  const snippets = checkSnippets(pages, join(ROOT, ".docs-check"));
  if (snippets.complaints !== "") complaints.push(snippets.complaints);
  for (const line of complaints) console.log(line);
  console.log(`docs: ${pages.size} pages, ${snippets.count} blocks of code, ${complaints.length} complaints`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
