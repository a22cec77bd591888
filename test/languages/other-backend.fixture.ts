import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../../server/src/core/until.fixture.ts";
import type { HufuForOthers } from "./hufu-for-others.fixture.ts";

/** Where the examples are. */
export const EXAMPLES: string = fileURLToPath(new URL("../../examples/verify/", import.meta.url));

/** Where something is guarded. */
export interface Guarded {
  readonly url: string;
  /** Default `/orders`. */
  readonly path?: string;
}

/** A back end that is written in another language. */
export interface OtherBackend extends Guarded {
  close(): Promise<void>;
}

const MOST_MS = 60_000;

/** Starts a program that prints its URL first. @throws what it says instead */
export async function startBackend(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<OtherBackend> {
  const env = { ...process.env, PORT: "0", ...options.env };
  const child = spawn(program, args, { cwd: options.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let failed = "";
  child.stdout.on("data", (piece) => {
    said += piece;
  });
  child.stderr.on("data", (piece) => {
    failed += piece;
  });
  const ended = once(child, "exit");
  const late = setTimeout(() => child.kill("SIGKILL"), MOST_MS);
  await until(() => said.includes("\n") || child.exitCode !== null || child.signalCode !== null);
  clearTimeout(late);
  const url = said.split("\n")[0] ?? "";
  if (!url.startsWith("http")) throw new Error(`${program} ${args.join(" ")}: ${said}${failed}`);
  return {
    url,
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** The status of the answer to this token, or to a request without one. */
export async function statusOf({ url, path = "/orders" }: Guarded, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url + path, { headers });
  await response.body?.cancel();
  return response.status;
}

/**
 * A good token passes; each bad one, and none at all, is refused with 401.
 * @param blindTo what this verifier lets pass, as its page says
 */
export async function assertVerifies(
  backend: Guarded,
  hufu: HufuForOthers,
  blindTo: readonly string[] = [],
): Promise<void> {
  const good = await hufu.signIn("alice");
  await until(async () => (await statusOf(backend, good)) !== 503);
  assert.equal(await statusOf(backend, good), 200);
  for (const [what, token] of Object.entries(hufu.badTokens(good))) {
    assert.equal(await statusOf(backend, token), blindTo.includes(what) ? 200 : 401, what);
  }
  assert.equal(await statusOf(backend), 401);
  assert.equal(await statusOf(backend, good), 200);
}

/** Ends a session and waits until the back end refuses its token. Milliseconds that this took. */
export async function timeToRefusal(backend: Guarded, hufu: HufuForOthers): Promise<number> {
  const token = await hufu.signIn("bob");
  assert.equal(await statusOf(backend, token), 200);
  const from = performance.now();
  await hufu.kick(token);
  await until(async () => (await statusOf(backend, token)) === 401);
  return performance.now() - from;
}

/** Where the keys cannot be fetched, a good token is no bad one: 503. */
export async function refusesWithoutKeys(
  start: (issuer: string) => Promise<OtherBackend>,
  hufu: HufuForOthers,
): Promise<void> {
  const backend = await start("http://127.0.0.1:1/auth");
  try {
    assert.equal(await statusOf(backend, await hufu.signIn("erin")), 503);
  } finally {
    await backend.close();
  }
}
