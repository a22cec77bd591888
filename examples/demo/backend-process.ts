import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The back end as a process of its own, so that `kill -9` is real. */
export interface BackendProcess {
  /** Where it listens; a restart keeps the port. */
  readonly origin: string;
  /** Ends it by this signal and waits until it is gone. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("orders-backend.ts", import.meta.url));
const START_MS = 20_000;
const STOP_MS = 5000;

/**
 * Starts the back end and waits until it listens.
 * @param settings environment variables, as `orders-backend.ts` reads them
 */
export async function startBackend(settings: Readonly<Record<string, string>>): Promise<BackendProcess> {
  const child = spawn(process.execPath, ["--conditions=@hufu/source", PROGRAM], {
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  // However this process ends, the back end ends with it.
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  try {
    const origin = await firstLine(child);
    return Object.freeze({ origin, stop: (signal: "SIGTERM" | "SIGKILL") => stop(child, signal) });
  } catch (error) {
    await stop(child, "SIGKILL");
    throw error;
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new TypeError("the back end's output is not piped");
  const lines = createInterface({ input: stdout });
  const signal = AbortSignal.timeout(START_MS);
  const [line]: unknown[] = await Promise.race([
    once(lines, "line", { signal }),
    once(lines, "close", { signal }).then(() => {
      throw new Error("the back end ended before it listened");
    }),
  ]);
  return String(line);
}

async function stop(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await gone;
  clearTimeout(late);
}
