// A page that writes `name()` speaks of a function that exists.
import type { Files } from "./cited-tests.ts";

const INLINE_CODE = /`([^`\n]+)`/g;
const CALL = /(?<![\w$"'/-])(?:[A-Za-z_$][\w$]*\.)*([A-Za-z_$][\w$]*)\(/g;

/** Every word of the sources. */
export function wordsOf(sources: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const source of sources) for (const [word] of source.matchAll(/[A-Za-z_$][\w$]*/g)) words.add(word);
  return words;
}

/** Calls in inline code of pages whose function no source knows, as `page:line: name`. */
export function findUnknownNames(pages: Files, known: ReadonlySet<string>): string[] {
  const unknown: string[] = [];
  for (const [page, text] of pages) {
    for (const [index, line] of text.split("\n").entries()) {
      for (const [, code = ""] of line.matchAll(INLINE_CODE)) {
        for (const [, name = ""] of code.matchAll(CALL)) {
          if (!known.has(name)) unknown.push(`${page}:${index + 1}: no source knows ${name}()`);
        }
      }
    }
  }
  return unknown;
}
