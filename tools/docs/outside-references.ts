// Nothing refers to a page that a reader of this repository does not have.
import type { Files } from "./cited-tests.ts";

/** Names of pages that stand outside of the repository; ours are written in small letters. */
const OUTSIDE =
  /(?<![\w/.-])(?:\.\.\/shared\/|(?:[Dd]esign\/)?(?:THREATS|WECHAT|PROTOCOL|PERFORMANCE|TOOLCHAIN|STYLE|LAYOUT|WORDS|DESIGN|BRIEF)(?:\.[\w-]+)?\.md\b|THREATS (?:row|§))/;
/** A decision by its number, spoken of or linked to. */
const DECISION = /\bdecisions?\/(\d{4})\b|\b[Dd]ecisions?(?: note)? (\d{1,4})\b/g;

/** References to pages that are not here, as `file:line: what`. */
export function findOutsideReferences(files: Files, decisions: ReadonlySet<number>): string[] {
  const found: string[] = [];
  for (const [file, text] of files) {
    for (const [index, line] of text.split("\n").entries()) {
      const where = `${file}:${index + 1}`;
      const outside = OUTSIDE.exec(line)?.[0];
      if (outside !== undefined) found.push(`${where}: ${outside} is not in this repository`);
      for (const [, path, spoken] of line.matchAll(DECISION)) {
        if (!decisions.has(Number(path ?? spoken))) found.push(`${where}: there is no decision ${path ?? spoken}`);
      }
    }
  }
  return found;
}
