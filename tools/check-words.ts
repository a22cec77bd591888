// Refuses the words of `words.ts` in every text file and path of the repository. `node tools/check-words.ts` prints each
// one as file:line and what to write instead; `--report` counts them by file and always succeeds.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./run-command.ts";
import { lineAt } from "./source-text.ts";
import { trackedFiles } from "./tracked-files.ts";
import { CHINESE, ENGLISH, type RefusedWord } from "./words.ts";

/** These name the words, or are written by a machine. */
const LEFT_OUT = /^tools\/(?:words|check-words\.test)\.ts$|(?:^|\/)package-lock\.json$/;

/** One refused word and where it stands; line 0 is the path itself. */
export interface Finding {
  readonly line: number;
  readonly found: string;
  readonly instead: string;
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The word in prose, with its plural and possessive, and as a part of an identifier: `word`, `Words`, `wordOf`, `inWord`. */
function englishPattern({ words }: RefusedWord): RegExp {
  const spaced = words.replaceAll(" ", "\\s+");
  const inside = `(?<=[a-z])${capital(spaced)}s?(?![a-z])`;
  return new RegExp(`(?<![A-Za-z])(?:${spaced}|${capital(spaced)}|${spaced.toUpperCase()})s?(?![a-z])|${inside}`, "g");
}

const PATTERNS = [
  ...ENGLISH.map((word) => ({ word, pattern: englishPattern(word) })),
  ...CHINESE.map((word) => ({ word, pattern: new RegExp(word.words, "g") })),
];

/** Every refused word of a text, in the order of the text. */
export function findRefusedWords(text: string): Finding[] {
  const findings: (Finding & { readonly at: number })[] = [];
  for (const { word, pattern } of PATTERNS) {
    const right = word.unless === undefined ? [] : [...text.matchAll(word.unless)];
    for (const { index, 0: found } of text.matchAll(pattern)) {
      if (right.some((one) => one.index <= index && index + found.length <= one.index + one[0].length)) continue;
      findings.push({ at: index, line: lineAt(text, index), found, instead: word.instead });
    }
  }
  return findings.sort((a, b) => a.at - b.at).map(({ line, found, instead }) => ({ line, found, instead }));
}

/** The findings of one file: its path as line 0, then its text unless that is binary. */
export function findInFile(path: string, bytes: Buffer): Finding[] {
  if (LEFT_OUT.test(path)) return [];
  const inPath = findRefusedWords(path).map((finding) => ({ ...finding, line: 0 }));
  return bytes.includes(0) ? inPath : [...inPath, ...findRefusedWords(bytes.toString("utf8"))];
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { report: { type: "boolean", default: false } } });
  const found = trackedFiles()
    .filter((path) => existsSync(join(ROOT, path)))
    .map((path) => ({ path, findings: findInFile(path, readFileSync(join(ROOT, path))) }))
    .filter(({ findings }) => findings.length > 0);
  const count = found.reduce((sum, { findings }) => sum + findings.length, 0);
  if (values.report) {
    const byCount = found.toSorted((a, b) => b.findings.length - a.findings.length);
    for (const { path, findings } of byCount) console.log(`${String(findings.length).padStart(5)}  ${path}`);
  } else {
    for (const { path, findings } of found) {
      for (const { line, found: word, instead } of findings)
        console.log(`${path}${line === 0 ? "" : `:${line}`}: "${word}": write ${instead}`);
    }
  }
  console.log(`words: ${count === 0 ? "no refused word" : `${count} refused words in ${found.length} files`}`);
  process.exitCode = values.report || count === 0 ? 0 : 1;
}
