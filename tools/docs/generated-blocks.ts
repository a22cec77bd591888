// Parts of pages that are printed from the code, so that a fact stands in one place.
//
//   <!-- generated: layers -->
//   …
//   <!-- end: layers -->
//
// `npm run docs` refuses a page whose block differs from what the code says; `npm run docs -- --write` rewrites it.
import type { Files } from "./cited-tests.ts";

/** What stands between the marks; `chinese` for pages that end in `.zh-CN.md`. */
export type Block = (chinese: boolean) => string;

const MARKS = /<!-- generated: ([\w-]+) -->\n([\s\S]*?)<!-- end: \1 -->/g;

export interface Generated {
  /** Pages with a block that is out of date, as they should be. */
  readonly stale: ReadonlyMap<string, string>;
  /** Marks that name no block, as `page: name`. */
  readonly unknown: readonly string[];
}

/** Prints the blocks of all pages. */
export function printBlocks(pages: Files, blocks: ReadonlyMap<string, Block>): Generated {
  const stale = new Map<string, string>();
  const unknown: string[] = [];
  for (const [page, text] of pages) {
    const printed = text.replace(MARKS, (whole, name: string) => {
      const block = blocks.get(name);
      if (block !== undefined)
        return `<!-- generated: ${name} -->\n${block(page.endsWith(".zh-CN.md"))}\n<!-- end: ${name} -->`;
      unknown.push(`${page}: there is no generated block ${name}`);
      return whole;
    });
    if (printed !== text) stale.set(page, printed);
  }
  return { stale, unknown };
}

/** A Markdown table; `|` in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
