import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { onFreePort } from "../../core/free-port.fixture.ts";
import { until } from "../../core/until.fixture.ts";
import { familyOf, freezeFamily } from "../frozen-process.fixture.ts";

/** A database server of this test process: on a free loopback port, in a folder of its own, gone when the process is. */
export interface DatabaseServer {
  readonly port: number;
  /** As after `kill -9`: connections are cut, nothing is tidied up. Resolves when no process of it is left. */
  crash(): Promise<void>;
  /** Starts it again on the same port, in the same folder. */
  start(): Promise<void>;
  /** SIGSTOP to all its processes: connections stay open, without an answer. Nothing of it runs when this returns. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Ends it for good and removes its folder. */
  close(): Promise<void>;
}

/** What a server outlives. */
export interface DurabilityChoice {
  /**
   * What it has confirmed survives a crash of the machine, as it does with the server's own defaults. Default: no, because
   * tests kill processes, not machines: what the operating system was given survives that.
   */
  readonly durable?: boolean;
}

/** How one kind of server is made. */
export interface ServerKind {
  readonly name: string;
  /** The system's user that it runs as when a test runs as root. */
  readonly user: string;
  /** Makes its folder's content. */
  initialise(folder: string, as: SpawnOptions): void;
  readonly command: string;
  arguments(folder: string, port: number): readonly string[];
  /** Connects and asks something; rejects while it cannot. */
  ask(port: number): Promise<void>;
}

const LOOK_MS = 20;
const LOOKS_MOST = 1500;

/** @throws if it does not start */
export async function startDatabaseServer(kind: ServerKind): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), `hufu-${kind.name}-`));
  const as = userOf(kind.user);
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  try {
    kind.initialise(folder, as);
    return await onFreePort((port) => startOn(kind, folder, port, as));
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startOn(kind: ServerKind, folder: string, port: number, as: SpawnOptions): Promise<DatabaseServer> {
  let running = await run(kind, folder, port, as);
  const crash = async (): Promise<void> => {
    const { server, watchdog } = running;
    watchdog.kill("SIGKILL");
    const family = familyOf(server.pid ?? 0);
    for (const pid of family) signal(pid, "SIGKILL");
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    // Those that the operating system has not buried yet may hold the port and the memory.
    await until(() => family.every((pid) => !isAlive(pid)));
  };
  return Object.freeze<DatabaseServer>({
    port,
    crash,
    start: async () => {
      running = await run(kind, folder, port, as);
    },
    freeze: () => freezeFamily(running.server.pid ?? 0),
    thaw: () => {
      for (const pid of familyOf(running.server.pid ?? 0)) signal(pid, "SIGCONT");
    },
    close: async () => {
      await crash();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

interface Running {
  readonly server: ChildProcess;
  /** Kills the server when this process is gone, however it went. */
  readonly watchdog: ChildProcess;
}

async function run(kind: ServerKind, folder: string, port: number, as: SpawnOptions): Promise<Running> {
  // No pipe: without a reader it is full after some minutes, and then every process of the server blocks.
  const words = join(folder, "words");
  const written = openSync(words, "a");
  const server = spawn(kind.command, kind.arguments(folder, port), {
    ...as,
    cwd: folder,
    stdio: ["ignore", "ignore", written],
  });
  closeSync(written);
  let failed: unknown;
  server.once("error", (error) => {
    failed = error;
  });
  for (let looks = 0; !(await answers(kind, port)); looks += 1) {
    const isOver = failed !== undefined || server.exitCode !== null || server.signalCode !== null;
    if (isOver || looks === LOOKS_MOST) {
      server.kill("SIGKILL");
      throw new Error(`${kind.name} did not start:\n${readFileSync(words, "utf8")}`, { cause: failed });
    }
    await delay(LOOK_MS);
  }
  const watch = 'read -r _; kill -9 "$1"; sleep 1; rm -rf "$2"';
  const watchdog = spawn("sh", ["-c", watch, "sh", String(server.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  return { server, watchdog };
}

async function answers(kind: ServerKind, port: number): Promise<boolean> {
  try {
    await kind.ask(port);
    return true;
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Database servers refuse to run as root. */
export function userOf(name: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}
