import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** On the disk of the working copy, because a temporary folder may be memory, where durability costs nothing. */
const SCRATCH = join(import.meta.dirname, "node_modules", ".scratch");
/** Where the processes that this one starts have theirs: servers are killed and could not tidy up themselves. */
const WITHIN = "HUFU_BENCH_SCRATCH";

/** A new folder for databases, removed when this process ends, or the run that it is part of. */
export function scratchFolder(): string {
  const parent = process.env[WITHIN] ?? SCRATCH;
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "run-"));
  // A database server has a user of its own, whose folder is in here.
  chmodSync(folder, 0o711);
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** From now on everything that this process starts leaves its databases in one folder, which goes with this process. */
export function gatherScratch(): void {
  // A signal alone would leave gigabytes behind.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  process.env[WITHIN] = scratchFolder();
}
