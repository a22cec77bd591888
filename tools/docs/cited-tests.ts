// docs/reference/threats.md and the tests name each other: a row names the files that hold it, a test's title cites the row.
import { basename } from "node:path";

/** Files by their path from the root, with `/`. */
export type Files = ReadonlyMap<string, string>;

const TEST_FILE = /`([\w-]+\.(?:test|testing|contract|fixture|cases)\.ts)`/g;
const TITLE = /(?:\btest\(|\bname:)\s*(["'`])([^\n]*?)\1/g;
const CITATION = /\b(?:(row|incident) (\d{1,2})|(F\d{1,2}))\b/g;
/** The kind of number in the first column, by the word that heads that column. */
const KINDS: Readonly<Record<string, string>> = { row: "row ", fault: "", incident: "incident " };

/** Test files that a page names and that do not exist, as `page: name`. */
export function findMissingTests(page: string, text: string, files: Iterable<string>): string[] {
  const known = new Set([...files].map((file) => basename(file)));
  const named = new Set([...text.matchAll(TEST_FILE)].map(([, name = ""]) => name));
  return [...named].filter((name) => !known.has(name)).map((name) => `${page}: there is no test file ${name}`);
}

/** Titles of tests that cite a number whose row does not name their file, as `file: number`. */
export function findUnlistedCitations(page: string, text: string, tests: Files): string[] {
  const rows = readRows(text);
  const unlisted = new Set<string>();
  for (const [file, source] of tests) {
    for (const [, , title = ""] of source.matchAll(TITLE)) {
      for (const [, kind, number, fault] of title.matchAll(CITATION)) {
        const cited = fault ?? `${kind} ${number}`;
        if (rows.get(cited)?.has(basename(file)) !== true)
          unlisted.add(`${file}: ${page} does not name it at ${cited}`);
      }
    }
  }
  return [...unlisted];
}

/** `row 12`, `F8`, `incident 3` → the test files that the row names. */
function readRows(text: string): Map<string, Set<string>> {
  const rows = new Map<string, Set<string>>();
  let prefix: string | undefined;
  for (const line of text.split("\n")) {
    const first = /^\|\s*([^|]+?)\s*\|/.exec(line)?.[1];
    if (first === undefined) prefix = undefined;
    else if (prefix === undefined) prefix = KINDS[first] ?? "-";
    else if (prefix !== "-") {
      const names = new Set([...line.matchAll(TEST_FILE)].map(([, name = ""]) => name));
      for (const number of numbersOf(first)) rows.set(`${prefix}${number}`, names);
    }
  }
  return rows;
}

/** `12` → `12`; `42–44` → `42`, `43`, `44`; `F8` → `F8`. */
function numbersOf(cell: string): string[] {
  const [, from, to] = /^(\d+)–(\d+)$/.exec(cell) ?? [];
  if (from === undefined || to === undefined) return [cell];
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => String(Number(from) + at));
}
