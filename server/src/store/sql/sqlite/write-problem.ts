import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";

/** Why an SQLite file cannot be written, in one sentence; `undefined` if it can. SQLite keeps its log beside the file. */
export function writeProblem(file: string): string | undefined {
  const folder = dirname(file);
  const ofFolder = problemOf(folder, `in the folder ${folder}`);
  return ofFolder ?? (existsSync(file) ? problemOf(file, `the file ${file}`) : undefined);
}

function problemOf(path: string, what: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const isReadOnly = error instanceof Error && "code" in error && error.code === "EROFS";
    return isReadOnly
      ? `database: ${path} is on a file system that is mounted read-only; write the path of a file elsewhere`
      : `database: this user may not write ${what}`;
  }
}
