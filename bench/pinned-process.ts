import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { allowedCores } from "./allowed-cores.ts";

/**
 * The cores of the first process of a run, told to all others: one that is pinned would see its own core alone, and take
 * the machine for one where nothing can be pinned.
 */
const CORES_OF_THE_RUN = "HUFU_BENCH_CORES";
const cores: readonly string[] = process.env[CORES_OF_THE_RUN]?.split(",") ?? allowedCores();

/**
 * Which core a process gets: servers and what is timed in a process of its own the one, load generators the other, and a
 * command that runs alone all of them.
 */
export type Core = "measured" | "load" | "all";

const [measured = "", load = ""] = cores;
const CORES: Readonly<Record<Core, string>> = { measured, load, all: cores.join(",") };

/** Can processes be given cores of their own here? */
export const canPin: boolean = cores.length >= 2 && spawnSync("taskset", ["-c", measured, "true"]).status === 0;

/** Lets this process, and what it starts from now on, use every core: for database servers, which both sides share. */
export function useAllCores(): void {
  if (canPin) spawnSync("taskset", ["-cp", CORES.all, String(process.pid)]);
}

/** Starts Node on a file, with a channel for messages. What it prints goes to standard error. */
export function startPinned(core: Core, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const [program = "", ...rest] = [...(canPin ? ["taskset", "-c", CORES[core]] : []), process.execPath, ...args];
  return spawn(program, rest, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production", [CORES_OF_THE_RUN]: CORES.all, ...env },
  });
}

/**
 * The next message of a child.
 * @throws Error if it ends before it says anything
 */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const over = new AbortController();
  try {
    return await Promise.race([
      once(child, "message", { signal: over.signal }).then(([message]: unknown[]) => message),
      once(child, "exit", { signal: over.signal }).then(([code, signal]: unknown[]) => {
        throw new Error(`a process of the benchmark ended with ${String(signal ?? code)}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

/** Ends a child and waits until it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
