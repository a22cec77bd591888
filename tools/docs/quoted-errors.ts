// Error texts in the FAQ and log messages in the operations guide are texts that the sources contain.
import type { Files } from "./cited-tests.ts";

/** The sections that quote texts of this project, in either language. */
const OURS = /^## (?:From Hufu|Hufu 的报错|Logs|日志)$/;
/** A heading of the FAQ, or the first cell of the table of log messages: `text`, level. */
const QUOTED = /^(?:### |\| )`([^`]+)`(?:$|[,，] ?(?:error|warn))/;

/**
 * Quoted texts that no source contains, as `page:line: text`.
 * `…` stands for anything, and code may join the two sides of a colon.
 */
export function findUnknownErrors(pages: Files, sources: Iterable<string>): string[] {
  const all = [...sources].join("\n");
  const unknown: string[] = [];
  for (const [page, text] of pages) {
    let ours = false;
    for (const [index, line] of text.split("\n").entries()) {
      if (line.startsWith("## ")) ours = OURS.test(line);
      const quoted = QUOTED.exec(line)?.[1];
      if (!ours || quoted === undefined) continue;
      const parts = quoted.split(/…|: /u).map((part) => part.trim());
      if (!parts.every((part) => all.includes(part))) unknown.push(`${page}:${index + 1}: no source says ${quoted}`);
    }
  }
  return unknown;
}
