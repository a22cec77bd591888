// Tools that weigh too much for the root install have folders of their own with a lock file each, and are installed when
// something needs them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pinnedEnvironment, ROOT, runCommand } from "./run-command.ts";

/** Installs what `tools/NAME` locks, unless this very lock file is installed already; returns the folder of its programs. */
export function installLocked(
  name: "packaging" | "bundlers" | "postgres-versions" | "old-tool-chains" | "jest" | "runtimes",
): string {
  const home = join(ROOT, "tools", name);
  const lock = readFileSync(join(home, "package-lock.json"), "utf8");
  const mark = join(home, "node_modules", ".installed-lock.json");
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== lock) {
    const env = pinnedEnvironment();
    runCommand("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], { cwd: home, env });
    writeFileSync(mark, lock);
  }
  return join(home, "node_modules", ".bin");
}
