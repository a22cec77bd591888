// A comment that names a function, `run()`, or a file, `run.ts`, names one that exists.
import { basename } from "node:path";
import type { Files } from "./cited-tests.ts";

const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm;
const INLINE_CODE = /`([^`\n]+)`/g;
const CALL = /(?<![\w$.'/-])([A-Za-z_$][\w$]*)\(/g;
const FILE = /(?<![\w*-])([\w-]+(?:\.[\w-]+)*\.ts)\b/g;
/** Functions of databases and shells, which no source defines. */
const ELSEWHERE = new Set(["clock_timestamp"]);

/** Names in the comments of these files that no source knows, as `file:line: name`. */
export function findGhosts(files: Files): string[] {
  const known = new Set<string>(ELSEWHERE);
  for (const source of files.values())
    for (const [word] of source.replaceAll(COMMENT, "").matchAll(/[A-Za-z_$][\w$]*/g)) known.add(word);
  const names = new Set([...files.keys()].map((file) => basename(file)));
  const ghosts: string[] = [];
  for (const [file, source] of files) {
    for (const comment of source.matchAll(COMMENT)) {
      for (const [, code = ""] of comment[0].matchAll(INLINE_CODE)) {
        const where = `${file}:${source.slice(0, comment.index).split("\n").length}`;
        for (const [, name = ""] of code.matchAll(CALL))
          if (!known.has(name)) ghosts.push(`${where}: no source knows ${name}()`);
        for (const [, name = ""] of code.matchAll(FILE))
          if (!names.has(name)) ghosts.push(`${where}: there is no file ${name}`);
      }
    }
  }
  return ghosts;
}
