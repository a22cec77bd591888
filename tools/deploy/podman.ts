import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../run-command.ts";

/**
 * Runs one command of a podman that has images and containers of its own, so that nothing of the machine's is touched.
 * Returns what it printed. @throws Error with all its output if it fails
 */
export type Podman = (...args: readonly string[]) => string;

/** Containers share the machine's network, and ask for no limit above the ones that this process has. */
export const AS_HERE: readonly string[] = ["--network=host", "--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096"];

/** A podman in a folder. The folder's path must be short: sockets lie in it. */
export function podmanIn(folder: string): Podman {
  const settings = ["root", "runroot", "tmpdir"].map((name) => {
    const path = join(folder, name);
    mkdirSync(path);
    return `--${name}=${path}`;
  });
  // Nothing of it needs systemd.
  settings.push("--cgroup-manager=cgroupfs", "--runtime=runc", "--events-backend=none");
  // Without it podman asks systemd for a timer for each health check.
  const env = { ...process.env, DISABLE_HC_SYSTEMD: "true" };
  const run = (driver: string, args: readonly string[]): string =>
    runCommand("podman", [...settings, `--storage-driver=${driver}`, ...args], { env });
  const driver = canStore(run) ? "overlay" : "vfs";
  return (...args) => run(driver, args);
}

/** Overlays do not stack: a machine whose own disk is one copies each layer instead. */
function canStore(run: (driver: string, args: readonly string[]) => string): boolean {
  try {
    run("overlay", ["info"]);
    return true;
  } catch {
    return false;
  }
}
