import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { within } from "../../core/time/deadline.ts";
import { until } from "../../core/until.fixture.ts";
import type { DatabaseServer } from "../../store/sql/database-server.fixture.ts";
import { poolOf } from "../../store/sql/postgres/postgres-case.fixture.ts";
import { startPostgresServer } from "../../store/sql/postgres/postgres-server.fixture.ts";
import { deployment, type RunningHufu, refreshWith, runHufu, signInWith, startHufu, typed } from "../hufu.fixture.ts";

const ONE = ["serve", "--config", "hufu.json", "--workers", "1"];
const TWO = ["serve", "--config", "hufu.json", "--workers", "2"];
/** Of a client for one answer. */
const PATIENCE_MS = 2000;

let postgres: DatabaseServer;
let database: string;

before(async () => {
  postgres = await startPostgresServer();
  const admin = poolOf(postgres.port, { max: 1 });
  await admin.query("create database shop");
  await admin.end();
  database = `postgres://postgres@127.0.0.1:${postgres.port}/shop`;
});
after(() => postgres.close());

/** A line of the log. */
interface Line {
  readonly worker?: number;
  readonly pid?: number;
  readonly msg: string;
}

function lines({ written }: RunningHufu, msg: string): readonly Line[] {
  const whole = written.out.split("\n").slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Line).filter((line) => line.msg.includes(msg));
}

/** The process that listened last under this number. */
function pidOf(server: RunningHufu, worker: number): number {
  const pid = lines(server, "listening").findLast((line) => line.worker === worker)?.pid;
  return pid ?? assert.fail(`worker ${worker} never listened`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What `readyz` says over a connection of its own; a worker that is frozen may get that one and never answer. */
async function readyz({ address }: RunningHufu): Promise<{ readonly status: number; readonly workers: string }> {
  const asked = get(`${address}/auth/readyz`, { agent: false, timeout: 2000 });
  asked.on("timeout", () => asked.destroy());
  try {
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    const { checks } = (await json(response)) as { checks: Record<string, string> };
    return { status: response.statusCode ?? 0, workers: checks["workers"] ?? "" };
  } catch {
    return { status: 0, workers: "" };
  }
}

function metricsAt(server: RunningHufu): string {
  const [line] = lines(server, "metrics are served") as readonly (Line & { readonly address: string })[];
  return `${line?.address ?? assert.fail("metrics are not served")}/metrics`;
}

test("two workers serve as one: killed, frozen, reloaded and stopped", async (t) => {
  const where = await deployment(t, { database, metrics: { port: 0 } });
  const server = await startHufu(TWO, where);
  const { address, child } = server;
  const isReady = async (): Promise<boolean> => (await readyz(server)).status === 200;
  await until(isReady);

  await t.test("the pools of both count against what the database allows", () => {
    const sentence = "this node opens up to 20 connections (2 workers with 10 each), and the server allows ";
    assert.equal(lines(server, sentence).length, 2);
  });

  await t.test("one that is killed is replaced while the other goes on, and no session ends", async () => {
    const codes = Array.from({ length: 3 }, (_, at) => where.platform.issueCode({ user: `user-${at}` }));
    const signedIn = await Promise.all(codes.map((code) => signInWith(address, code)));
    const signInsTold = async (): Promise<number> => {
      const text = await (await fetch(metricsAt(server))).text();
      return Number(/^hufu_sign_ins_total\{outcome="new_user"\} (\d+)$/m.exec(text)?.[1]);
    };
    assert.equal(await signInsTold(), 3);
    const statuses = new Set<number>();
    let refreshes = 0;
    let isOver = false;
    const clients = signedIn.map(async ({ body }) => {
      let token = String(body["refresh_token"]);
      while (!isOver) {
        // A connection that breaks with its worker, or was on its way to it, says nothing; the client asks again.
        const ask = () => refreshWith(address, token);
        const answer = await within({ ms: PATIENCE_MS }, ask).catch(() => undefined);
        if (answer === undefined) continue;
        statuses.add(answer.status);
        refreshes += 1;
        token = String(answer.body["refresh_token"]);
      }
      return token;
    });
    for (const victim of [2, 1]) {
      const killed = pidOf(server, victim);
      const deaths = lines(server, "a worker has died").length;
      process.kill(killed, "SIGKILL");
      await until(() => lines(server, "a worker has died").length > deaths);
      const before = refreshes;
      await until(() => refreshes > before + 10);
      await until(async () => pidOf(server, victim) !== killed && (await isReady()));
    }
    isOver = true;
    const tokens = await Promise.all(clients);
    assert.deepEqual([...statuses], [200]);
    for (const token of tokens) assert.equal((await refreshWith(address, token)).status, 200);
    assert.equal(await signInsTold(), 3, "no counter falls with a worker");
    const states = await (await fetch(metricsAt(server))).text();
    for (const worker of [1, 2])
      assert.match(states, new RegExp(`^hufu_feed_age_seconds\\{worker="${worker}"\\} `, "m"));
  });

  await t.test("readyz speaks for all: with one that is frozen the other is not ready", async () => {
    const frozen = pidOf(server, 2);
    process.kill(frozen, "SIGSTOP");
    await until(async () => {
      const { status, workers } = await readyz(server);
      return status === 503 && workers === "worker 2 does not answer";
    });
    process.kill(frozen, "SIGCONT");
    await until(isReady);
  });

  await t.test("SIGHUP and SIGUSR2 reach all, and one that starts later keeps to the port of the first", async () => {
    const config = JSON.parse(readFileSync(where.config, "utf8"));
    const [app] = config.apps;
    const apps = [app, { ...app, id: "second" }];
    writeFileSync(where.config, JSON.stringify({ ...config, apps, listen: { port: 1, path: "/elsewhere" } }));
    child.kill("SIGHUP");
    await until(() => lines(server, "was read again and is in force").length === 2);
    assert.equal(lines(server, "listen, metrics or drain has changed").length, 2);
    for (let request = 0; request < 4; request += 1) {
      const code = where.platform.issueCode({ user: "alice" });
      assert.equal((await signInWith(address, code, "second")).status, 200);
    }
    // As systemd does: to each process of the unit.
    for (const worker of [1, 2]) process.kill(pidOf(server, worker), "SIGUSR2");
    child.kill("SIGUSR2");
    const told = () => lines(server, "everything is logged for a while").map(({ worker }) => worker ?? 0);
    await until(() => told().length === 3);
    assert.deepEqual(told().sort(), [0, 1, 2]);
    const killed = pidOf(server, 1);
    process.kill(killed, "SIGKILL");
    await until(async () => pidOf(server, 1) !== killed && (await isReady()));
    assert.deepEqual(told().sort(), [0, 1, 1, 2], "the new one logs everything as well");
    const listening = lines(server, "listening") as readonly (Line & { readonly address: string })[];
    assert.deepEqual(new Set(listening.map((line) => line.address)), new Set([address]));
  });

  await t.test("what several workers cannot serve is refused at a reload too", async () => {
    const config = JSON.parse(readFileSync(where.config, "utf8"));
    writeFileSync(where.config, JSON.stringify({ ...config, database: "sqlite:hufu.db" }));
    child.kill("SIGHUP");
    await until(() => lines(server, "the configuration cannot be used").length === 2);
    assert.ok(!existsSync(join(where.folder, "hufu.db")));
    writeFileSync(where.config, JSON.stringify(config));
  });

  await t.test("SIGTERM stops both, and then the primary", async () => {
    child.kill("SIGTERM");
    assert.equal((await server.ended).code, 0);
    const stopped = lines(server, "stopped").map(({ worker }) => worker);
    assert.deepEqual(stopped.sort(), [1, 2]);
  });
});

test("no worker outlives a primary that is killed", async (t) => {
  const server = await startHufu(ONE, await deployment(t));
  const pid = pidOf(server, 1);
  assert.notEqual(pid, server.child.pid);
  server.child.kill("SIGKILL");
  await until(() => !isAlive(pid));
  await assert.rejects(fetch(`${server.address}/auth/healthz`));
});

test("a second signal ends all at once", async (t) => {
  const server = await startHufu(ONE, await deployment(t, { drain: "5m" }));
  const pid = pidOf(server, 1);
  server.child.kill("SIGTERM");
  await until(async () => (await readyz(server)).status === 503);
  server.child.kill("SIGINT");
  assert.equal((await server.ended).code, 130);
  await until(() => !isAlive(pid));
});

test("what stops a single process stops the first worker and the whole, with one sentence", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const ran = await Promise.all([
    runHufu(TWO, await deployment(t)),
    runHufu(TWO, await deployment(t, { aps: [] })),
    runHufu(TWO, await deployment(t, { database: `${database}?pool=160` })),
    runHufu(ONE, await deployment(t, { listen: { port } })),
    runHufu(ONE, await deployment(t, { metrics: { port } })),
  ]);
  for (const [at, sentence] of [
    /--workers: an SQLite file takes one writer at a time, so 2 workers are no faster than one process; /,
    /there is no option "aps"; did you mean "apps"/,
    /this node opens up to 320 connections \(2 workers with 160 each\), and the server allows \d+; raise max_connections/,
    new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: another program uses this port`),
    new RegExp(`metrics: cannot listen on 127\\.0\\.0\\.1:${port}: another program uses this port`),
  ].entries()) {
    const { code, err } = ran[at] ?? assert.fail();
    assert.equal(code, 1);
    assert.match(err, sentence);
    assert.match(err, /^hufu: [^\n]*\n$/);
  }
});

test("--workers is refused with --dev, and for what is no number of workers", async (t) => {
  const where = await deployment(t);
  const dev = await typed(["serve", "--dev", "--workers", "2"], where);
  assert.equal(dev.code, 2);
  assert.match(dev.err, /--workers needs --config; --dev is one process/);
  assert.equal((await typed([...TWO.slice(0, -1), "0"], where)).code, 2);
});
