import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userOf } from "../../server/src/store/sql/database-server.fixture.ts";

/** A file system of its own that is really full when a test says so. */
export interface SmallDisk {
  /** A folder on it that belongs to the chosen user. */
  readonly folder: string;
  /** Writes until there is no space left. */
  fill(): void;
  /** Gives back what `fill` has taken. */
  free(): void;
  /** Mounts it read-only; nothing on it may be open for writing. */
  protect(): void;
  close(): Promise<void>;
}

/** Mounts it, which needs root on Linux: a test that imports this file is left out elsewhere (tools/test-selection.ts). */
export function mountSmallDisk(megabytes: number, user?: string): SmallDisk {
  const place = mkdtempSync(join(tmpdir(), "hufu-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "hufu-small-disk", place]);
  const watchdog = unmountWhenOver(place);
  const folder = join(place, "data");
  mkdirSync(folder);
  const { uid, gid } = user === undefined ? {} : userOf(user);
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  const ballast = join(place, "ballast");
  return Object.freeze<SmallDisk>({
    folder,
    fill: () => fillWith(ballast),
    free: () => rmSync(ballast, { force: true }),
    protect: () => void execFileSync("mount", ["-o", "remount,ro", place]),
    close: async () => {
      watchdog.stdin?.end();
      if (watchdog.exitCode === null) await once(watchdog, "exit");
    },
  });
}

/** Also when this process is gone, however it went. */
function unmountWhenOver(place: string): ChildProcess {
  const watch = 'read -r _; umount -l "$1"; rmdir "$1"';
  return spawn("sh", ["-c", watch, "sh", place], { stdio: ["pipe", "ignore", "ignore"] });
}

function fillWith(file: string): void {
  const opened = openSync(file, "a");
  try {
    for (const size of [65_536, 4096, 1]) writeUntilFull(opened, Buffer.alloc(size));
  } finally {
    closeSync(opened);
  }
}

function writeUntilFull(opened: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(opened, bytes);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
