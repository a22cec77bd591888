import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { onFreePort } from "../../core/free-port.fixture.ts";
import { until } from "../../core/until.fixture.ts";
import { deployment, signInWith, spawnHufu, startHufu } from "../hufu.fixture.ts";

const SERVE = ["serve", "--config", "hufu.json", "--log-level", "debug"];

test("after SIGTERM readyz is 503, and requests are answered while drain lasts", async (t) => {
  const where = await deployment(t, { drain: "5m" });
  const server = await startHufu(SERVE, where);
  server.child.kill("SIGTERM");
  await until(async () => (await fetch(`${server.address}/auth/readyz`)).status === 503);
  const readyz = await fetch(`${server.address}/auth/readyz`);
  const { status, checks } = (await readyz.json()) as { status: string; checks: Record<string, string> };
  assert.deepEqual([readyz.status, status, checks["server"]], [503, "not ready", "stopping"]);
  assert.equal(readyz.headers.get("connection"), "close", "the next request of this connection may go elsewhere");
  assert.equal(
    (await fetch(`${server.address}/auth/healthz`)).status,
    200,
    "the process lives, and is not to be killed",
  );
  assert.equal((await signInWith(server.address, where.platform.issueCode({ user: "alice" }))).status, 200);
  // A second signal does not wait for the end of it.
  server.child.kill("SIGINT");
  assert.equal((await server.ended).code, 130);
  assert.match(server.written.out, /"drain_ms":300000/);
});

test("after SIGTERM the port is closed when drain is over", async (t) => {
  const server = await startHufu(SERVE, await deployment(t, { drain: "50ms" }));
  server.child.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
  assert.match(server.written.out, /"drain_ms":50\b/);
  await assert.rejects(fetch(`${server.address}/auth/healthz`));
});

test("SIGINT closes the port at once and ignores drain", async (t) => {
  const server = await startHufu(SERVE, await deployment(t, { drain: "5m" }));
  server.child.kill("SIGINT");
  assert.equal((await server.ended).code, 0);
  assert.doesNotMatch(server.written.out, /drain_ms/);
});

test("SIGTERM before the server has started ends it", async (t) => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === "object" && address !== null);
  const connected = once(silent, "connection");
  // A database that accepts connections and never says a word.
  const where = await deployment(t, { database: `postgres://hufu@127.0.0.1:${address.port}/hufu` });
  const child = spawnHufu(SERVE, where);
  const ended = once(child, "exit");
  child.stdout?.resume();
  await connected;
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});

interface Unread {
  readonly child: ReturnType<typeof spawnHufu>;
  readonly address: string;
}

/** A server that answers, and whose standard output is this descriptor; without one, a socket that is never read. */
function startUnread(t: TestContext, stdout?: number): Promise<Unread> {
  // Its output is not read, so the port is chosen here.
  return onFreePort(async (port) => {
    const where = await deployment(t, { listen: { port } });
    const child = spawnHufu(SERVE, stdout === undefined ? where : { ...where, stdout });
    const address = `http://127.0.0.1:${port}`;
    await until(() =>
      fetch(`${address}/auth/healthz`).then(
        ({ ok }) => ok,
        () => child.exitCode !== null,
      ),
    );
    assert.equal(child.exitCode, null, "it has ended");
    return { child, address };
  });
}

const MORE_LINES_THAN_A_PIPE_HOLDS = 700;
const MORE_LINES_THAN_A_SOCKET_HOLDS = 2500;

async function answersAndStops({ child, address }: Unread, requests: number): Promise<void> {
  for (let request = 0; request < requests; request += 1) {
    assert.equal((await fetch(`${address}/auth/healthz`)).status, 200);
  }
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
}

test("a log that is never read delays neither requests nor the end", async (t) => {
  const where = await deployment(t);
  const fifo = join(where.folder, "log");
  execFileSync("mkfifo", [fifo]);
  // Open for both, so that there is a reader, who never reads.
  const descriptor = openSync(fifo, "r+");
  t.after(() => closeSync(descriptor));
  await answersAndStops(await startUnread(t, descriptor), MORE_LINES_THAN_A_PIPE_HOLDS);
});

test("a log that is a socket and is not read holds up neither requests nor the end", async (t) => {
  await answersAndStops(await startUnread(t), MORE_LINES_THAN_A_SOCKET_HOLDS);
});

test("a log on a full disk holds up nothing, and readyz says how many lines were dropped", async (t) => {
  const descriptor = openSync("/dev/full", "w");
  t.after(() => closeSync(descriptor));
  const server = await startUnread(t, descriptor);
  const readyz = await fetch(`${server.address}/auth/readyz`);
  assert.equal(readyz.status, 200);
  assert.match(await readyz.text(), /"log":"\d+ lines dropped/);
  await answersAndStops(server, 10);
});

test("a log whose reader has gone holds up nothing", async (t) => {
  const where = await deployment(t);
  const fifo = join(where.folder, "log");
  execFileSync("mkfifo", [fifo]);
  const reader = openSync(fifo, "r+");
  const writer = openSync(fifo, "w");
  const started = startUnread(t, writer);
  const server = await started;
  closeSync(reader);
  closeSync(writer);
  await answersAndStops(server, 10);
});
