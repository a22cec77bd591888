import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { answerScrapes, startMetricsListener } from "./metrics-listener.ts";

const log = { warn: () => undefined };
const HERE = { host: "127.0.0.1", port: 0 };

async function listening(t: TestContext) {
  const listener = await startMetricsListener(HERE, log);
  t.after(listener.close);
  return listener;
}

async function connected(t: TestContext, url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  t.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("/metrics is there in Prometheus's format with the figures of the process, and nothing else", async (t) => {
  const { url } = await listening(t);
  const answer = await fetch(`${url}/metrics?x=1`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await answer.text(), /^process_cpu_seconds_total \d/m);
  const head = await fetch(`${url}/metrics`, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const { status, headers } = await fetch(`${url}/metrics`, { method });
    assert.deepEqual([status, headers.get("allow")], [405, "GET, HEAD"], method);
  }
  for (const path of ["/", "/Metrics", "/metrics/", "//metrics", "/auth/oauth/token", "/healthz"]) {
    assert.equal((await fetch(url + path)).status, 404, path);
  }
});

test("a port that is taken is told in one sentence", async (t) => {
  const { url } = await listening(t);
  const port = Number(new URL(url).port);
  await assert.rejects(startMetricsListener({ host: "127.0.0.1", port }, log), {
    name: "Failure",
    message: `metrics: cannot listen on 127.0.0.1:${port}: another program uses this port`,
  });
});

test("connections that hold on and ask nothing keep no reader out, and are closed beyond the capacity", async (t) => {
  const { url } = await listening(t);
  const idle = await Promise.all(Array.from({ length: 40 }, () => connected(t, url)));
  assert.equal((await fetch(`${url}/metrics`)).status, 200);
  await until(() => idle.filter(({ destroyed, closed }) => destroyed || closed).length >= 20);
});

test("a close frees the port although a connection stays open", async (t) => {
  const { url, close } = await startMetricsListener(HERE, log);
  await connected(t, url);
  await close();
  const again = await startMetricsListener({ host: "127.0.0.1", port: Number(new URL(url).port) }, log);
  await again.close();
});

/** A server that answers scrapes of what `metrics` gives. */
async function scraped(t: TestContext, metrics: () => Promise<string>, warn: () => void = () => undefined) {
  const registry = { contentType: "text/plain; version=0.0.4; charset=utf-8" as const, metrics };
  const server = createServer(answerScrapes(registry, { warn }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  let arrived = 0;
  server.on("request", () => {
    arrived += 1;
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { url: `http://127.0.0.1:${address.port}/metrics`, arrived: () => arrived };
}

test("readers that come at the same time share one reading", async (t) => {
  let readings = 0;
  let resolve: (text: string) => void = () => undefined;
  const promise = new Promise<string>((resolved) => {
    resolve = resolved;
  });
  const { url, arrived } = await scraped(t, () => {
    readings += 1;
    return promise;
  });
  const asked = Array.from({ length: 10 }, () => request(url).end());
  const answers = asked.map((one) => once(one, "response"));
  await until(() => arrived() === asked.length);
  resolve("hufu_x 1\n");
  for (const [response] of await Promise.all(answers)) assert.equal(response.statusCode, 200);
  assert.equal(readings, 1);
  for (const one of asked) one.destroy();
});

test("metrics that cannot be read are answered 500 and told to the log", async (t) => {
  let told = 0;
  const { url } = await scraped(
    t,
    () => Promise.reject(new Error("a reader fell over")),
    () => {
      told += 1;
    },
  );
  const answer = await fetch(url);
  assert.deepEqual([answer.status, await answer.text(), told], [500, "The metrics could not be read.\n", 1]);
});

test("a reader that takes longer than ten seconds is cut off", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { url } = await scraped(t, () => new Promise(() => undefined));
  const asked = request(url).end();
  const failed = once(asked, "error");
  await once(asked, "finish");
  // The request has to arrive before its time passes.
  let isCut = false;
  const cut = failed.then(() => {
    isCut = true;
  });
  while (!isCut) {
    await new Promise(setImmediate);
    t.mock.timers.tick(10_000);
  }
  await cut;
});
