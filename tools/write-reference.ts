// The API reference: one page for each public entry, with every exported name, its comment and its declaration.
// `npm run reference` writes it into `reference/`; `--check` writes nothing and names the exports that have no comment.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type PublicEntry, readPublicEntries } from "./reference/public-exports.ts";
import { ROOT } from "./run-command.ts";

const FOLDER = join(ROOT, "reference");

/** The exports without a comment, as `hufu/verify: createVerifier`; one that two entries share is named once. */
export function undocumented(entries: readonly PublicEntry[]): string[] {
  const seen = new Set<string>();
  return entries.flatMap(({ specifier, exports }) =>
    exports
      .filter(({ comment }) => comment === "")
      .filter(({ name, declaration }) => !seen.has(`${name} ${declaration}`) && seen.add(`${name} ${declaration}`))
      .map(({ name }) => `${specifier}: ${name}`),
  );
}

/** The page of an entry, in Markdown. */
export function referencePage({ specifier, exports }: PublicEntry): string {
  const parts = exports.map(({ name, comment, declaration }) =>
    [`## ${name}`, comment, `\`\`\`ts\n${declaration}\n\`\`\``].filter((part) => part !== "").join("\n\n"),
  );
  return `${[`# ${specifier}`, ...parts].join("\n\n")}\n`;
}

/** The name of an entry's page: `hufu/verify` → `hufu-verify.md`. */
export function pageName(specifier: string): string {
  return `${specifier.replace(/^@/, "").replaceAll("/", "-")}.md`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const { workspaces }: { readonly workspaces: readonly string[] } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  const entries = readPublicEntries(ROOT, workspaces);
  const missing = undocumented(entries);
  for (const name of missing) console.log(`${name} has no comment`);
  if (!values.check) {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER);
    for (const entry of entries) writeFileSync(join(FOLDER, pageName(entry.specifier)), referencePage(entry));
    const list = entries.map(({ specifier }) => `- [${specifier}](${pageName(specifier)})`).join("\n");
    writeFileSync(join(FOLDER, "README.md"), `# API reference\n\n${list}\n`);
  }
  const count = entries.reduce((sum, { exports }) => sum + exports.length, 0);
  console.log(`reference: ${entries.length} entries, ${count} exports, ${missing.length} without a comment`);
  process.exitCode = missing.length === 0 ? 0 : 1;
}
