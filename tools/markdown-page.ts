/** A fenced block of code in a Markdown page. */
interface Snippet {
  /** The first word of the info string, such as `ts`. */
  readonly language: string;
  /** The line, from 1, that its code begins on. */
  readonly line: number;
  readonly code: string;
}

/** A link in a Markdown page. */
interface Link {
  readonly target: string;
  readonly line: number;
}

interface Page {
  readonly snippets: readonly Snippet[];
  readonly links: readonly Link[];
  /** What `#…` may name: headings as GitHub spells them, and ids set by hand. */
  readonly anchors: ReadonlySet<string>;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w.-]*)/;
const LINKS = /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\s*\[[^\]]+\]:\s*<?([^\s>]+)|(?:href|src)="([^"]+)"/g;

/** A heading as GitHub spells it in a link. */
export function slug(heading: string): string {
  const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
  return plain
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .replace(/ /g, "-");
}

/** Reads what can be checked in a Markdown page: its code, its links and what a link may point at. */
export function readMarkdown(text: string): Page {
  const snippets: Snippet[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let open: { fence: string; language: string; line: number; code: string[] } | undefined;
  for (const [index, row] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (open !== undefined) {
      const closes = row.trim().startsWith(open.fence) && row.trim().replaceAll(open.fence.charAt(0), "") === "";
      if (!closes) open.code.push(row);
      else {
        snippets.push({ language: open.language, line: open.line, code: open.code.join("\n") });
        open = undefined;
      }
      continue;
    }
    const fence = FENCE.exec(row);
    if (fence?.[1] !== undefined) {
      open = { fence: fence[1], language: fence[2] ?? "", line: line + 1, code: [] };
      continue;
    }
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(row)?.[1];
    if (heading !== undefined) {
      const name = slug(heading);
      let unique = name;
      for (let again = 1; anchors.has(unique); again++) unique = `${name}-${again}`;
      anchors.add(unique);
    }
    for (const match of row.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? "");
    for (const match of row.replace(/`[^`]*`/g, "").matchAll(LINKS)) {
      links.push({ target: match[1] ?? match[2] ?? match[3] ?? "", line });
    }
  }
  return { snippets, links, anchors };
}
