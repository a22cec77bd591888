import { readdirSync, type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Finding, finding } from "../check/finding.ts";
import { whyUnreadable } from "../config/resolve-references.ts";
import { durationInWords } from "../output/time-in-words.ts";

const WHAT = "backup";

/** Where backups are, and how old the newest may be. */
export interface BackupPlace {
  /** A file, or a folder whose newest file counts. */
  readonly path: string;
  readonly folder: string;
  readonly mostMs: number;
}

/** Is there a backup, is there something in it, and is it young enough? */
export function checkBackup({ path, folder, mostMs }: BackupPlace, now: number): Finding {
  const full = resolve(folder, path);
  let newest: Found | undefined;
  try {
    newest = newestIn(full);
  } catch (error) {
    return finding(WHAT, "error", `${full} ${whyUnreadable(error)}; look at the job that makes backups`);
  }
  if (newest === undefined) return finding(WHAT, "error", `${full} holds no file; look at the job that makes backups`);
  const { file, stats } = newest;
  if (stats.size === 0) return finding(WHAT, "error", `${file} is empty; look at the job that makes backups`);
  const ageMs = now - stats.mtimeMs;
  const age = `${file} is ${ageMs < 1000 ? "new" : `${durationInWords(ageMs)} old`}`;
  if (ageMs <= mostMs) return finding(WHAT, "ok", age);
  return finding(
    WHAT,
    "error",
    `${age}, and may be ${Math.round(mostMs / 3_600_000)} hours old; look at the job that makes backups`,
  );
}

interface Found {
  readonly file: string;
  readonly stats: Stats;
}

function newestIn(path: string): Found | undefined {
  const stats = statSync(path);
  if (!stats.isDirectory()) return { file: path, stats };
  const files = readdirSync(path)
    .map((name) => ({ file: join(path, name), stats: statSync(join(path, name)) }))
    .filter((found) => found.stats.isFile());
  return files.toSorted((one, other) => other.stats.mtimeMs - one.stats.mtimeMs)[0];
}
