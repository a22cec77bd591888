import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onFreePort } from "../../server/src/core/free-port.fixture.ts";
import { type StandInWeChat, startStandInWeChat } from "./stand-in-wechat.ts";

export const APP = "wx00000000000000c1";
/** A second mini program, whose client_id is not its appid. */
export const OTHER_APP = { clientId: "other-shop", appId: "wx00000000000000c2" };
/** Mini programs that only ever meet trouble, so that no breaker of theirs disturbs the others. */
export const TROUBLED_APPS: readonly string[] = Array.from(
  { length: 20 },
  (_, n) => `wx00000000000000d${n.toString(36)}`,
);
/** Configured with a secret that the platform does not know. */
export const MISCONFIGURED_APP = "wx00000000000000e1";
/** Not known to the platform at all. */
export const UNKNOWN_TO_PLATFORM_APP = "wx00000000000000e2";

const INTROSPECTOR_PERMISSIONS = ["hufu.tokens:introspect", "hufu.revocations:read"];
/** May introspect. */
export const BACKEND = { id: "orders-api", secret: randomBytes(24).toString("base64url") };
/** May nothing; its id and secret need every kind of escaping that HTTP Basic asks for (RFC 6749 §2.3.1). */
export const PLAIN_BACKEND = { id: "stock: api/2", secret: `100% of: this+that & = ${randomBytes(9).toString("hex")}` };

export const AUDIENCE = "https://api.example.com";
const ROLES = { member: ["order:read:own", "order:create"], admin: ["order:read:all"] };

const HUFU = join(import.meta.dirname, "../../node_modules/.bin/hufu");
const MOVED_CLOCK = fileURLToPath(new URL("moved-clock.ts", import.meta.url));
/** Starting is most of what these tests cost. */
const COMPILE_CACHE = join(import.meta.dirname, "../../node_modules/.cache/hufu-conformance");
const START_DEADLINE_MS = 30_000;

export type Configuration = Record<string, unknown>;

export interface Served {
  readonly issuer: string;
  readonly port: number;
  readonly platform: StandInWeChat;
  readonly databaseFile: string;
  /** What the configuration file says, with every secret in its place. */
  readonly configuration: Configuration;
  /** Everything that must never be seen in a log. */
  readonly secrets: readonly string[];
  readonly log: () => string;
  /** Lets the server's clocks jump ahead; only with `movableClock`. */
  readonly moveClock: (byMs: number) => Promise<void>;
  readonly start: () => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when the process is gone, to its exit code or signal. */
  readonly ended: () => Promise<number | NodeJS.Signals>;
  readonly close: () => Promise<void>;
}

export interface ServedOptions {
  readonly configuration?: (base: Configuration) => Configuration;
  /** Source of functions that only a module can hold, as members of its default export. */
  readonly functions?: string;
  readonly movableClock?: boolean;
}

/** Starts `hufu serve --config FILE` as a process of its own, with a platform and a database file of its own. */
export function startServed(options: ServedOptions = {}): Promise<Served> {
  return onFreePort((port) => startOn(port, options));
}

async function startOn(port: number, options: ServedOptions): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), "hufu-conformance-"));
  const appSecret = randomBytes(16).toString("hex");
  const known = [APP, OTHER_APP.appId, ...TROUBLED_APPS, MISCONFIGURED_APP];
  const platform = await startStandInWeChat(Object.fromEntries(known.map((id) => [id, appSecret])));
  const wrongSecret = randomBytes(16).toString("hex");
  const secret = randomBytes(32).toString("base64");
  const databaseFile = join(folder, "hufu.db");
  const app = (appId: string, itsSecret = appSecret): Configuration => ({
    platform: "wechat",
    appId,
    appSecret: itsSecret,
    endpoint: platform.url,
  });
  const base: Configuration = {
    issuer: `http://127.0.0.1:${port}/auth`,
    listen: { host: "127.0.0.1", port },
    drain: "0s",
    database: `sqlite:${databaseFile}`,
    secret: [secret],
    audience: AUDIENCE,
    apps: [
      app(APP),
      { ...app(OTHER_APP.appId), id: OTHER_APP.clientId },
      ...TROUBLED_APPS.map((id) => app(id)),
      app(MISCONFIGURED_APP, wrongSecret),
      app(UNKNOWN_TO_PLATFORM_APP),
    ],
    clients: [
      { ...BACKEND, permissions: INTROSPECTOR_PERMISSIONS },
      { ...PLAIN_BACKEND, permissions: [] },
    ],
    roles: ROLES,
    defaultRoles: ["member"],
  };
  const configuration = options.configuration?.(base) ?? base;
  const { issuer } = configuration as { issuer: string };
  const configFile = join(folder, options.functions === undefined ? "hufu.json" : "hufu.config.mjs");
  // The two ways in which a text may stand elsewhere (§10).
  await writeFile(join(folder, "secret.txt"), `${String([configuration["secret"]].flat()[0])}\n`);
  const written = JSON.stringify({ ...configuration, secret: ["file:secret.txt"] }, null, 2).replaceAll(
    `"${appSecret}"`,
    `"env:HUFU_TEST_APP_SECRET"`,
  );
  await writeFile(
    configFile,
    options.functions === undefined ? written : `export default { ...${written}, ${options.functions} };\n`,
  );

  let child: ChildProcess | undefined;
  let ended: Promise<number | NodeJS.Signals> = Promise.resolve(0);
  let log = "";
  const killOnExit = (): void => void child?.kill("SIGKILL");
  process.on("exit", killOnExit);

  async function start(): Promise<void> {
    const flags = options.movableClock === true ? `--import=${MOVED_CLOCK}` : "";
    const started = spawn(HUFU, ["serve", "--config", configFile, "--log-level", "debug"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe", ...(options.movableClock === true ? (["ipc"] as const) : [])],
      env: {
        ...process.env,
        // The launcher would otherwise hand over to a second process, and signals should meet the real one.
        PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"] ?? ""}`,
        NODE_OPTIONS: flags,
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        NODE_TEST_CONTEXT: undefined,
        HUFU_TEST_APP_SECRET: appSecret,
      },
    });
    child = started;
    const take = (chunk: Buffer): void => {
      log += chunk.toString("utf8");
    };
    started.stdout?.on("data", take);
    started.stderr?.on("data", take);
    let over = false;
    ended = new Promise((resolve) => {
      started.once("exit", (code, name) => {
        over = true;
        resolve(name ?? code ?? -1);
      });
    });
    for (const deadline = performance.now() + START_DEADLINE_MS; ; await pause(20)) {
      if (over || performance.now() > deadline) throw new Error(`hufu serve did not start:\n${log}`);
      if (await isReady(port, new URL(issuer).pathname)) return;
    }
  }

  async function stop(): Promise<void> {
    process.off("exit", killOnExit);
    child?.kill("SIGTERM");
    const stubborn = setTimeout(() => child?.kill("SIGKILL"), 8000);
    await ended;
    clearTimeout(stubborn);
    await platform.goDown().catch(() => undefined);
    await rm(folder, { recursive: true });
  }

  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    issuer,
    port,
    platform,
    databaseFile,
    configuration,
    secrets: [secret, appSecret, wrongSecret, BACKEND.secret, PLAIN_BACKEND.secret],
    log: () => log,
    moveClock: (byMs) =>
      new Promise((resolve) => {
        child?.once("message", () => resolve());
        child?.send(byMs);
      }),
    start,
    signal: (name) => void child?.kill(name),
    ended: () => ended,
    async close() {
      // What a 500 was about stands only there.
      for (const line of log.split("\n")) if (line.includes("internal error")) process.stderr.write(`${line}\n`);
      await stop();
    },
  };
}

function isReady(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ port, host: "127.0.0.1", path: `${path}/readyz`, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on("error", () => resolve(false));
    asking.end();
  });
}
