import { type ChildProcess, spawn } from "node:child_process";
import { hash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { SimulatedWeChat } from "@hufu/simulator";
import { Client } from "pg";
import { deployment, type RunningHufu, startHufu } from "../../server/src/cli/hufu.fixture.ts";
import type { Done, Order, SeenSession } from "./administrator.ts";
import { askNode, type Heard } from "./ask-node.ts";
import type { ClientRequest } from "./client-requests.ts";

/** A back end that may introspect and follow the feed: its id and secret. */
export const ASKER = ["faults-asker", hash("sha256", "the asker of the fault tests", "base64url")] as const;
const ADMINISTRATOR = fileURLToPath(new URL("administrator.ts", import.meta.url));
const STOP_MOST_MS = 30_000;

export interface FleetOptions {
  readonly nodes: number;
  /** Default: a new one on the server of `HUFU_FAULTS_DATABASE`, or an SQLite file in the fleet's own folder. */
  readonly database?: string;
  readonly redis?: string;
  /** How many files and sockets each node may have open at once. */
  readonly descriptors?: number | undefined;
  /** Of the nodes' environment, beside the usual. */
  readonly env?: Readonly<Record<string, string>>;
  /** Members of the configuration beside the usual ones. */
  readonly changes?: Readonly<Record<string, unknown>>;
}

/** A real `hufu serve`, of which the process may be killed and started again. */
export interface Node {
  /** Where it listens; another one after each start. */
  readonly port: number;
  readonly isUp: boolean;
  readonly pid: number;
  /** Everything that its processes have written. */
  readonly written: string;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
  start(): Promise<void>;
}

/** Some nodes on one database, and a simulated platform in this process. */
export interface Fleet {
  readonly nodes: readonly Node[];
  readonly platform: SimulatedWeChat;
  readonly folder: string;
  /** The database's URL. */
  readonly database: string;
  /** The file behind it, where it is SQLite. */
  readonly file: string | undefined;
  /** Ports of the nodes that are up. */
  up(): readonly number[];
  /** A login code of somebody whom only this fleet knows by that name. */
  code(user: string): string;
  ask(port: number, asked: ClientRequest, timeoutMs?: number): Promise<Heard>;
  introspect(port: number, token: string): Promise<Heard>;
  /** What a host's back end orders, in a process of its own that is started with the first order. */
  order(what: Exclude<Order["what"], "list">, of: string): Promise<string>;
  sessionsOf(userId: string): Promise<readonly SeenSession[]>;
}

/** Starts them, and ends them with the test. */
export async function startFleet(t: Pick<TestContext, "after">, options: FleetOptions): Promise<Fleet> {
  const database = options.database ?? (await databaseOfItsOwn(process.env["HUFU_FAULTS_DATABASE"]));
  const where = await deployment(t, {
    database,
    redis: options.redis,
    clients: [{ id: ASKER[0], secret: ASKER[1], permissions: ["hufu.tokens:introspect", "hufu.revocations:read"] }],
    ...options.changes,
  });
  const path = /^sqlite:(.+)$/.exec(database)?.[1];
  const file = path === undefined ? undefined : resolve(where.folder, path);
  const { descriptors } = options;
  const limited = {
    ...where,
    env: { ...where.env, ...options.env },
    descriptors,
  };
  // The first one migrates.
  const first = await startNode(limited);
  const others = Array.from({ length: options.nodes - 1 }, () => startNode(limited));
  const nodes = [first, ...(await Promise.all(others))];

  // Several fleets may use one database, one after the other.
  const family = randomUUID();
  let administrator: Promise<Administrator> | undefined;
  function orders(): Promise<Administrator> {
    administrator ??= startAdministrator(t, {
      ...JSON.parse(readFileSync(where.config, "utf8")),
      listen: undefined,
      drain: undefined,
      secret: where.secret,
      database: file === undefined ? database : `sqlite:${file}`,
    });
    return administrator;
  }

  return Object.freeze<Fleet>({
    nodes,
    platform: where.platform,
    folder: where.folder,
    database,
    file,
    up: () => nodes.filter(({ isUp }) => isUp).map(({ port }) => port),
    code: (user) => where.platform.issueCode({ user: `${family} ${user}` }),
    ask: (port, { path: asked, form }, timeoutMs) =>
      askNode(port, asked, form, timeoutMs === undefined ? {} : { timeoutMs }),
    introspect: (port, token) => askNode(port, "/auth/oauth/introspect", { token }, { basic: ASKER }),
    order: async (what, of) => (await (await orders()).give(what, of)).verdict,
    async sessionsOf(userId) {
      const { verdict, sessions } = await (await orders()).give("list", userId);
      if (sessions === undefined) throw new Error(`the sessions could not be listed: ${verdict}`);
      return sessions;
    },
  });
}

/** What is done to one fleet's database shall not be felt by another one's, which may run at the same time. */
async function databaseOfItsOwn(server: string | undefined): Promise<string> {
  if (server === undefined) return "sqlite:hufu.db";
  const name = `fleet_${randomUUID().replaceAll("-", "")}`;
  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function startNode(where: Parameters<typeof startHufu>[1]): Promise<Node> {
  let isUp = false;
  let earlier = "";
  let running = await started();

  async function started(): Promise<RunningHufu> {
    const server = await startHufu(["serve", "--config", "hufu.json"], where);
    isUp = true;
    const down = (): void => {
      isUp = false;
    };
    server.ended.then(down, down);
    return server;
  }

  return Object.freeze<Node>({
    get port() {
      return Number(new URL(running.address).port);
    },
    get isUp() {
      return isUp;
    },
    get pid() {
      return running.child.pid ?? 0;
    },
    get written() {
      return earlier + running.written.out + running.written.err;
    },
    signal: (name) => void running.child.kill(name),
    async kill() {
      isUp = false;
      running.child.kill("SIGKILL");
      await running.ended;
    },
    async stop() {
      running.child.kill("SIGTERM");
      const limit = setTimeout(() => running.child.kill("SIGKILL"), STOP_MOST_MS);
      const { code } = await running.ended;
      clearTimeout(limit);
      return code;
    },
    async start() {
      earlier += running.written.out + running.written.err;
      running = await started();
    },
  });
}

interface Administrator {
  give(what: Order["what"], of: string): Promise<Done>;
}

async function startAdministrator(t: Pick<TestContext, "after">, options: object): Promise<Administrator> {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--conditions=@hufu/source", ADMINISTRATOR, JSON.stringify(options)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const waiting = new Map<number, (done: Done) => void>();
  let given = 0;
  const ready = new Promise<Done>((resolve) => waiting.set(0, resolve));
  if (child.stdout === null) throw new TypeError("the administrator has a standard output");
  createInterface({ input: child.stdout }).on("line", (line) => {
    const done: Done = JSON.parse(line);
    waiting.get(done.number)?.(done);
    waiting.delete(done.number);
  });
  child.once("exit", () => {
    for (const [number, tell] of waiting) tell({ number, verdict: "the administrator has ended" });
  });
  const { verdict } = await ready;
  if (verdict !== "ok") throw new Error(verdict);
  return {
    give(what, of) {
      given += 1;
      const order: Order = { number: given, what, of };
      const done = new Promise<Done>((resolve) => waiting.set(order.number, resolve));
      child.stdin?.write(`${JSON.stringify(order)}\n`);
      return done;
    },
  };
}
