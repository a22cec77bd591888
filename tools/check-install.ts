// Installs the workspace from nothing, as the README tells a newcomer to, and holds it to a budget. Megabytes are exact
// and the budget is tight; seconds depend on the machine and the network, so theirs only catches what got out of hand.
// Not `npm ci`: it refuses a lock file without the binaries of other systems, and a registry need not have them all.
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { freshEnvironment, ROOT, runCommand } from "./run-command.ts";

/** Measured 2026-11-30 on linux-x64: 461 MB (Node 189, Biome 100) and 24 s from npm's cache; seven per cent head-room. */
const BUDGET_MB = 495;
const BUDGET_SECONDS = 120;

/** Bytes in a folder, links not followed. */
export function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? folderBytes(path) : lstatSync(path).size;
  }
  return bytes;
}

/** The packages of a `node_modules` folder with their bytes, largest first. */
export function packageBytes(modules: string): { readonly name: string; readonly bytes: number }[] {
  const names = readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
  return names.map((name) => ({ name, bytes: folderBytes(join(modules, name)) })).sort((a, b) => b.bytes - a.bytes);
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly integrity?: string; readonly optional?: boolean }>
  >;
}

/** What an install had to change in the lock file; more optional binaries are no change. */
export function lockDrift(before: LockFile, after: LockFile): string[] {
  const names = new Set([...Object.keys(before.packages), ...Object.keys(after.packages)]);
  return [...names].filter((name) => {
    const [old, now] = [before.packages[name], after.packages[name]];
    if (old === undefined) return now?.optional !== true;
    // The root and its workspaces carry no integrity: what they ask for is compared instead.
    if (old.integrity === undefined) return JSON.stringify(old) !== JSON.stringify(now);
    return old.version !== now?.version || old.integrity !== now?.integrity;
  });
}

function readLock(folder: string): LockFile {
  return JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")) as LockFile;
}

/** Copies what a clone would hold: every file that git knows or would add. */
function cloneInto(folder: string): void {
  const files = runCommand("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).split("\0");
  for (const file of files.filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), "hufu-install-"));
  try {
    cloneInto(folder);
    const env = freshEnvironment();
    const before = performance.now();
    runCommand("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder, env });
    const seconds = Math.round((performance.now() - before) / 1000);
    const modules = join(folder, "node_modules");
    const size = megabytes(folderBytes(modules));
    console.log(`${size} MB of ${BUDGET_MB}, ${seconds} s of ${BUDGET_SECONDS}; the most:`);
    for (const { name, bytes } of packageBytes(modules).slice(0, 6)) console.log(`  ${megabytes(bytes)} MB ${name}`);
    const version = runCommand("node", [join(modules, ".bin", "hufu"), "--version"], { cwd: tmpdir(), env }).trim();
    console.log(
      `node_modules/.bin/hufu answers ${version} on the machine's own Node ${runCommand("node", ["-v"], { env }).trim()}`,
    );
    const drift = lockDrift(readLock(ROOT), readLock(folder));
    if (drift.length > 0)
      throw new Error(
        `package-lock.json is out of step with package.json: ${drift.map((name) => name || "the root").join(", ")}`,
      );
    if (size > BUDGET_MB) throw new Error(`the install takes ${size} MB: more than ${BUDGET_MB}`);
    if (seconds > BUDGET_SECONDS) throw new Error(`the install took ${seconds} s: more than ${BUDGET_SECONDS}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
