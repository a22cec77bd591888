// The FAQ is searched by error text, so every text of ours that it quotes is one that the sources contain.
import type { Files } from "./cited-tests.ts";

/** The section whose headings quote our own texts, in either language. */
const OURS = /^## (?:From Hufu|Hufu 的报错)$/;

/** Quoted texts that no source contains, as `page:line: text`; `…` stands for anything. */
export function findUnknownErrors(pages: Files, sources: Iterable<string>): string[] {
  const all = [...sources].join("\n");
  const unknown: string[] = [];
  for (const [page, text] of pages) {
    let ours = false;
    for (const [index, line] of text.split("\n").entries()) {
      if (line.startsWith("## ")) ours = OURS.test(line);
      const quoted = /^### `([^`]+)`/.exec(line)?.[1];
      if (!ours || quoted === undefined) continue;
      const parts = quoted.split("…").map((part) => part.trim());
      if (!parts.every((part) => all.includes(part))) unknown.push(`${page}:${index + 1}: no source says ${quoted}`);
    }
  }
  return unknown;
}
