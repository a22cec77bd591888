import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Failure } from "../output/failure.ts";

export interface SourceFile {
  /** Below the folder that was asked for, with slashes. */
  readonly name: string;
  readonly text: string;
}

/** What was looked at and what was left out. */
export interface Sources {
  readonly files: Iterable<SourceFile>;
  /** Names of files that were too large, filled while the files are read. */
  readonly leftOut: readonly string[];
}

const READ = /\.(?:js|mjs|cjs|ts|tsx|jsx|wxs|wxml|vue|html|json|env|ya?ml|ini|txt|pem|key|axml|swan|ttml)$|^\.env/i;
/** A built mini program has its packages in miniprogram_npm, which is scanned; node_modules is not shipped. */
const SKIPPED = new Set(["node_modules", ".git", ".svn", ".hg", ".idea", ".vscode", "coverage"]);
const LARGEST_BYTES = 8 * 1024 * 1024;
const MOST_FILES = 50_000;

/** Reads a file, or a folder with everything below. @throws Failure if the path cannot be read or holds too many files */
export function readSources(path: string): Sources {
  const leftOut: string[] = [];
  let isFile: boolean;
  try {
    isFile = statSync(path).isFile();
  } catch (error) {
    throw new Failure(`cannot read ${path}: there is no such file or folder, or it may not be read`, { cause: error });
  }
  return { files: isFile ? [{ name: path, text: readFileSync(path, "utf8") }] : walk(path, leftOut), leftOut };
}

function* walk(root: string, leftOut: string[]): Iterable<SourceFile> {
  const folders = [root];
  let files = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      // A link may lead out of the project, or in a circle.
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(path);
      if (!entry.isFile() || !READ.test(entry.name)) continue;
      files += 1;
      if (files > MOST_FILES) throw new Failure(`${root} holds more than ${MOST_FILES} files: scan a smaller folder`);
      const name = relative(root, path).split(sep).join("/");
      if (statSync(path).size > LARGEST_BYTES) leftOut.push(name);
      else yield { name, text: readFileSync(path, "utf8") };
    }
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new Failure(`cannot read the folder ${folder}`, { cause: error });
  }
}
