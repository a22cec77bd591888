import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const HERE = import.meta.dirname;

/** The peers and the versions that package.json pins. */
export function pinnedPeers(): Readonly<Record<string, string>> {
  const manifest: { readonly dependencies: Readonly<Record<string, string>> } = readJson(join(HERE, "package.json"));
  return manifest.dependencies;
}

/** Is every peer there, in the pinned version? */
export function arePeersInstalled(): boolean {
  return Object.entries(pinnedPeers()).every(([name, version]) => {
    const file = join(HERE, "node_modules", name, "package.json");
    if (!existsSync(file)) return false;
    const installed: { readonly version: string } = readJson(file);
    return installed.version === version;
  });
}

/** @throws Error if npm fails */
export function installPeers(): Promise<void> {
  return new Promise((resolve, reject) => {
    const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: HERE,
      stdio: ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    npm.on("error", reject);
    npm.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci in bench/ ended with ${code}`));
    });
  });
}

function readJson<Value>(file: string): Value {
  return JSON.parse(readFileSync(file, "utf8"));
}
