import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../../../core/free-port.fixture.ts";
import { freezeFamily } from "../../frozen-process.fixture.ts";

/** A redis-server of this test process: on a free loopback port, in a folder of its own, gone when the process is. */
export interface RedisServer {
  readonly port: number;
  /** Of the cluster's own talk. */
  readonly busPort: number;
  /** `kill -9`; resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts it again on the same port, in the same folder. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and get no answers. Nothing of it runs when this returns. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** Kills it for good and removes its folder. */
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** Lines of its configuration beside the usual ones: `[["appendonly", "yes"]]`. */
  readonly settings?: readonly (readonly [string, string])[];
  /** A Sentinel: its own file, which it rewrites. */
  readonly sentinel?: boolean;
}

/** What it prints when it takes connections. */
const IS_READY = /Ready to accept connections|monitor master|Sentinel ID is/;
const START_TRIES = 5;
const START_MOST_MS = 30_000;

/** @throws if it does not start */
export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-redis-"));
  for (let tried = 1; ; tried += 1) {
    try {
      return await startIn(folder, options);
    } catch (error) {
      // Another process may have taken the port meanwhile.
      if (tried < START_TRIES) continue;
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

async function startIn(folder: string, options: RedisServerOptions): Promise<RedisServer> {
  const [port, busPort] = [await freePort(), await freePort()];
  const usual: readonly (readonly [string, string])[] =
    options.sentinel === true
      ? []
      : [
          ["save", '""'],
          ["appendonly", "no"],
          ["cluster-port", String(busPort)],
        ];
  const settings = [
    ...([
      ["bind", "127.0.0.1"],
      ["port", String(port)],
      ["dir", folder],
      ["protected-mode", "no"],
    ] as const),
    ...usual,
    ...(options.settings ?? []),
  ];
  const file = join(folder, "redis.conf");
  writeFileSync(file, `${settings.map(([name, value]) => `${name} ${value}`).join("\n")}\n`);
  const args = options.sentinel === true ? [file, "--sentinel"] : [file];

  let running = await run(args, folder);
  const kill = async (): Promise<void> => {
    running.watchdog.kill("SIGKILL");
    if (running.server.exitCode !== null || running.server.signalCode !== null) return;
    const dead = once(running.server, "exit");
    running.server.kill("SIGKILL");
    await dead;
  };
  return Object.freeze<RedisServer>({
    port,
    busPort,
    kill,
    start: async () => {
      running = await run(args, folder);
    },
    freeze: () => freezeFamily(running.server.pid ?? 0),
    thaw: () => void running.server.kill("SIGCONT"),
    close: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

interface Running {
  readonly server: ChildProcess;
  /** Kills the server when this process is gone, however it went. */
  readonly watchdog: ChildProcess;
}

async function run(args: readonly string[], folder: string): Promise<Running> {
  const server = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => server.kill("SIGKILL"), START_MOST_MS);
    createInterface({ input: server.stdout }).on("line", (line) => {
      lines.push(line);
      if (!IS_READY.test(line)) return;
      clearTimeout(late);
      resolve();
    });
    server.once("error", (cause) => {
      clearTimeout(late);
      reject(new Error("redis-server could not be started: node tools/install-system-packages.ts", { cause }));
    });
    server.once("exit", () => {
      clearTimeout(late);
      reject(new Error(`redis-server did not start:\n${lines.join("\n")}`));
    });
  });
  const watch = 'read -r _; kill -9 "$1"; rm -rf "$2"';
  const watchdog = spawn("sh", ["-c", watch, "sh", String(server.pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  return { server, watchdog };
}
