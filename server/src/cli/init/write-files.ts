import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { explainFailure } from "../output/explain-failure.ts";
import { Failure } from "../output/failure.ts";

/** A file that is to be there, whole or not at all. */
export interface NewFile {
  /** Full path. */
  readonly path: string;
  readonly content: string;
  /** `0o600` for what only its owner may read. */
  readonly mode: number;
}

/**
 * Writes all of them or none: each first beside its place, then moved there, in this order.
 * @param replace may a file that is there already be replaced?
 * @throws Failure if one is there already, or cannot be written; then none of them is
 */
export function writeFiles(files: readonly NewFile[], replace: boolean): void {
  const standing = replace ? undefined : files.find(({ path }) => existsSync(path));
  if (standing !== undefined) throw alreadyThere(standing.path);
  const placed: string[] = [];
  const madeFolders: string[] = [];
  const waiting = files.map(({ path }) => `${path}.${process.pid}.new`);
  try {
    for (const [at, { path, content, mode }] of files.entries()) {
      const made = mkdirSync(dirname(path), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o777 });
      if (made !== undefined) madeFolders.push(made);
      writeDurably(waiting[at] ?? "", content, mode);
    }
    for (const [at, { path }] of files.entries()) {
      place(waiting[at] ?? "", path, replace);
      if (!replace) placed.push(path);
    }
  } catch (error) {
    for (const path of [...placed, ...waiting]) rmSync(path, { force: true });
    for (const folder of madeFolders) removeIfEmpty(folder);
    if (error instanceof Failure) throw error;
    throw new Failure(`nothing was written: ${explainFailure(error)}`, { cause: error });
  }
  if (!replace) for (const path of waiting) rmSync(path);
}

function writeDurably(path: string, content: string, mode: number): void {
  const handle = openSync(path, "wx", mode);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A link, unlike a rename, never replaces a file that another process has made meanwhile. */
function place(from: string, to: string, replace: boolean): void {
  if (replace) {
    renameSync(from, to);
    return;
  }
  try {
    linkSync(from, to);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw alreadyThere(to);
    throw error;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Another process has put a file there.
  }
}

function alreadyThere(path: string): Failure {
  return new Failure(`nothing was written: ${path} exists already; --force replaces it`);
}

/** Inside a repository the folder's secrets stay out of it. */
export function ignoredByGit(folder: string): NewFile {
  return { path: join(folder, ".gitignore"), content: "*\n", mode: 0o600 };
}
