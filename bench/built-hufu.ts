// `hufu serve` as users run it: compiled, with a configuration file and a database that exists already.
import type { ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { buildServer } from "../tools/build-server.ts";
import { BENCH_SECRET, hufuWithPeople } from "./people.ts";
import { startPinned, stop } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";

const ROOT = join(import.meta.dirname, "..");
/** So that its packages are found as those of `server/` are. */
const BUILT = join(import.meta.dirname, "node_modules", ".hufu");
/** How long to wait between two questions, in milliseconds. */
const PAUSE_MS = 1;
const TOO_LONG_MS = 20_000;

/** Two programs that can be started again and again. */
export interface Programs {
  hufu(port: number): readonly string[];
  emptyHono(port: number): readonly string[];
  /** Where the built `hufu/verify` is. */
  readonly verify: URL;
}

/** Compiles Hufu and makes a database with 1,000 sessions. */
export async function preparePrograms(): Promise<Programs> {
  rmSync(BUILT, { recursive: true, force: true });
  mkdirSync(BUILT, { recursive: true });
  for (const file of ["package.json", join("bin", "hufu.js")]) cpSync(join(ROOT, "server", file), join(BUILT, file));
  await buildServer(join(BUILT, "dist"), false);

  const folder = scratchFolder();
  const file = join(folder, "hufu.db");
  const { hufu } = await hufuWithPeople(`sqlite:${file}`, 1000);
  await hufu.close();
  return {
    hufu(port) {
      const config = join(folder, `hufu-${port}.json`);
      writeFileSync(
        config,
        JSON.stringify({
          // One session refreshes thousands of times a minute here.
          limits: false,
          issuer: `http://127.0.0.1:${port}`,
          listen: { host: "127.0.0.1", port },
          drain: "0s",
          database: `sqlite:${file}`,
          secret: [BENCH_SECRET],
          apps: [{ appId: "wx0000000000000001", appSecret: "simulated" }],
          roles: { member: ["order:read:own", "order:create"] },
          defaultRoles: ["member"],
        }),
      );
      return [join(BUILT, "bin", "hufu.js"), "serve", "--config", config];
    },
    verify: pathToFileURL(join(BUILT, "dist", "verify", "index.js")),
    emptyHono: (port) => [join(import.meta.dirname, "servers", "empty-hono.js"), String(port)],
  };
}

/** A program that has answered `/readyz` with 200. */
export interface Started {
  readonly child: ChildProcess;
  /** Milliseconds from starting the process to that answer. */
  readonly ms: number;
}

/** @throws Error if it does not get ready */
export async function startUntilReady(args: readonly string[], port: number): Promise<Started> {
  const startedAt = performance.now();
  const child = startPinned("measured", args);
  try {
    for (;;) {
      if (await isReady(port)) return { child, ms: performance.now() - startedAt };
      if (child.exitCode !== null) throw new Error(`${args[0]} ended with ${child.exitCode}`);
      if (performance.now() - startedAt > TOO_LONG_MS) throw new Error(`${args[0]} does not get ready`);
      await delay(PAUSE_MS);
    }
  } catch (error) {
    await stop(child);
    throw error;
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: "127.0.0.1", port, path: "/readyz", agent: false }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200));
    });
    request.on("error", () => resolve(false));
  });
}
