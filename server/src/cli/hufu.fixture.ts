import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { SimulatedWeChat } from "@hufu/simulator";
import { createSimulatedWeChat } from "@hufu/simulator";
import { main } from "./main.ts";

/** The launcher, to be run by this Node. */
export const LAUNCHER: string = fileURLToPath(new URL("../../bin/hufu.js", import.meta.url));

/** A command that ran. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A server that runs in a process of its own. */
export interface RunningHufu {
  readonly child: ChildProcess;
  /** Where it listens. */
  readonly address: string;
  readonly issuer: string;
  /** What it has written so far. */
  readonly written: { out: string; err: string };
  /** Resolves when it has ended. */
  readonly ended: Promise<Ran>;
}

/** Where a command is typed. */
export interface Where {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How many files and sockets a process may have open at once. Default: as many as this one. */
  readonly descriptors?: number | undefined;
  /** A descriptor that becomes its standard output. Default: a pipe that is read. */
  readonly stdout?: number;
  /** What the user at a terminal answers when asked. Default: there is no terminal. */
  readonly answer?: string;
  /** What they say to one question after the other. */
  readonly answers?: readonly string[];
  /** What they type where it is not shown. */
  readonly hidden?: string;
}

/** The child processes that work in each folder. */
const atWork = new Map<string, Set<ChildProcess>>();

/** A fresh folder. At the end of the test, child processes that still work in it are killed, then it is removed. */
export function freshFolder(t: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "hufu-cli-"));
  atWork.set(folder, new Set());
  t.after(async () => {
    for (const child of atWork.get(folder) ?? []) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Starts a command in a process of its own. */
export function spawnHufu(args: readonly string[], { folder, env, descriptors, stdout }: Where): ChildProcess {
  const { HUFU_DEBUG: _, NODE_OPTIONS: __, ...inherited } = process.env;
  // The simulator is a package of its own, which is read from its source too.
  const hufu = [process.execPath, "--conditions=@hufu/source", LAUNCHER, ...args] as const;
  const limited = ["sh", "-c", `ulimit -n ${descriptors} && exec "$@"`, "sh", ...hufu] as const;
  const [program, ...rest] = descriptors === undefined ? hufu : limited;
  const stdio = ["pipe", stdout ?? "pipe", "pipe"] as const;
  const child = spawn(program, rest, { cwd: folder, env: { ...inherited, ...env }, stdio: [...stdio] });
  atWork.get(folder)?.add(child);
  return child;
}

/** Runs a command to its end. */
export async function runHufu(args: readonly string[], where: Where, input = ""): Promise<Ran> {
  const child = spawnHufu(args, where);
  child.stdin?.end(input);
  const [out, err, [code]] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    child.stderr === null ? "" : text(child.stderr),
    once(child, "exit"),
  ]);
  return { code, out, err };
}

/** The same in this process, which is much faster: for commands that do not stay. */
export async function typed(args: readonly string[], where: Where, input = ""): Promise<Ran> {
  const written = { out: "", err: "" };
  const answers = where.answer === undefined ? where.answers?.values() : undefined;
  const says = (said: () => string) => async (question: string) => {
    written.err += question;
    return said();
  };
  const code = await main(args, {
    env: where.env ?? {},
    folder: where.folder,
    out: (words) => {
      written.out += words;
    },
    err: (words) => {
      written.err += words;
    },
    read: async () => input,
    ask:
      where.answer === undefined && answers === undefined
        ? undefined
        : says(() => where.answer ?? answers?.next().value ?? ""),
    askHidden: where.hidden === undefined ? undefined : says(() => where.hidden ?? ""),
    now: () => Date.now(),
  });
  return { code, ...written };
}

/** Starts a server and waits for its "listening" line. */
export async function startHufu(args: readonly string[], where: Where): Promise<RunningHufu> {
  const child = spawnHufu(args, where);
  const written = { out: "", err: "" };
  const ended = once(child, "close").then(([code]) => ({ code, ...written }));
  child.stderr?.setEncoding("utf8").on("data", (words: string) => {
    written.err += words;
  });
  const line = await new Promise<{ address: string; issuer: string }>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (words: string) => {
      written.out += words;
      const found = written.out.split("\n").find((one) => one.includes('"msg":"listening"'));
      if (found?.endsWith("}")) resolve(JSON.parse(found));
    });
    ended.then(({ code, err }) => reject(new Error(`hufu ended with ${code}: ${err}`)), reject);
  });
  return { child, address: line.address, issuer: line.issuer, written, ended };
}

/** A simulated platform in this process, and a configuration file that names it. */
export async function deployment(
  t: Pick<TestContext, "after">,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Where & { readonly config: string; readonly platform: SimulatedWeChat; readonly secret: string }> {
  const folder = freshFolder(t);
  const platform = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret: "simulated-app-secret" }] });
  const { url, close } = await platform.listen();
  t.after(close);
  const secret = "Vb4T1mZk9qLr7Xw2Jc8Ne5Hy3Ug6Pd0S";
  const config = join(folder, "hufu.json");
  const content = {
    issuer: "http://127.0.0.1:8080/auth",
    listen: { port: 0 },
    drain: "0s",
    database: "sqlite:hufu.db",
    secret: ["env:HUFU_TEST_SECRET"],
    audience: "https://api.example.com",
    apps: [{ appId: "wx-demo", appSecret: "simulated-app-secret", endpoint: url }],
    roles: { member: ["order:read:own", "order:create"] },
    defaultRoles: ["member"],
    ...changes,
  };
  writeFileSync(config, JSON.stringify(content));
  return { folder, config, platform, secret, env: { HUFU_TEST_SECRET: secret } };
}

/** The answer of a form that was posted. */
export interface FormAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function postForm(url: string, form: Readonly<Record<string, string>>): Promise<FormAnswer> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as FormAnswer["body"] };
}

export function signInWith(address: string, code: string, clientId = "wx-demo"): Promise<FormAnswer> {
  return postForm(`${address}/auth/oauth/token`, {
    grant_type: "urn:hufu:grant-type:login-code",
    client_id: clientId,
    code,
  });
}

export function refreshWith(address: string, refreshToken: string, clientId = "wx-demo"): Promise<FormAnswer> {
  return postForm(`${address}/auth/oauth/token`, {
    grant_type: "refresh_token",
    client_id: clientId,
    refresh_token: refreshToken,
  });
}
