import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import type { RequestListener, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type ConnectionCapacity, capacityFor } from "./connection-capacity.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";

const REQUEST = "GET / HTTP/1.1\r\nhost: x\r\n\r\n";

async function started(t: TestContext, handle?: RequestListener, capacity?: ConnectionCapacity): Promise<HttpServer> {
  const server = await startHttpServer("127.0.0.1", 0, capacity === undefined ? {} : { capacity });
  t.after(() => server.drain(0, 0));
  if (handle !== undefined) server.answerWith(handle);
  return server;
}

async function connected(t: TestContext, { port }: HttpServer): Promise<{ socket: Socket; read: () => string }> {
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  await once(socket, "connect");
  let text = "";
  socket.setEncoding("utf8").on("data", (words: string) => {
    text += words;
  });
  socket.on("error", () => undefined);
  return { socket, read: () => text };
}

test("port 0 takes a free port and says which", async (t) => {
  const server = await started(t, (_, response) => response.end("here"));
  assert.equal(server.url, `http://127.0.0.1:${server.port}`);
  assert.equal(await (await fetch(server.url)).text(), "here");
});

test("before it has a handler, it answers 503 in the shape that clients know", async (t) => {
  const server = await started(t);
  const response = await fetch(server.url, { method: "POST", body: "a=b", headers: { "x-request-id": "mine" } });
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("retry-after"), "1");
  assert.equal(response.headers.get("connection"), "close");
  const body = (await response.json()) as Record<string, unknown>;
  assert.equal(body["error"], "temporarily_unavailable");
  assert.match(String(body["request_id"]), /^[A-Za-z0-9_-]{16}$/);
});

/** Answers `/held` when it is told to, streams on `/stream`, and answers anything else at once. */
function holding(): { readonly handle: RequestListener; hold(socket: Socket): Promise<void>; release(): void } {
  const held: ServerResponse[] = [];
  const arrivals = new EventEmitter();
  return {
    /** Sends a request that is held, and waits until it has arrived. */
    async hold(socket) {
      const arrived = once(arrivals, "held");
      socket.write(asking("/held"));
      await arrived;
    },
    handle(request, response) {
      if (request.url === "/held") {
        held.push(response);
        arrivals.emit("held");
      } else if (request.url === "/stream") response.write("an event");
      else response.end("served");
    },
    release() {
      for (const response of held.splice(0)) response.end("late");
    },
  };
}

const asking = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

test("where all wait for an answer or read a stream, a new connection is told 503, before asking or after", async (t) => {
  const { handle, hold, release } = holding();
  const server = await started(t, handle, { served: 2, most: 4 });
  const waits = await connected(t, server);
  await hold(waits.socket);
  const streams = await connected(t, server);
  streams.socket.write(asking("/stream"));
  await once(streams.socket, "data");

  const silent = await connected(t, server);
  await once(silent.socket, "close");
  assert.match(silent.read(), /^HTTP\/1\.1 503 .*"reason":"store_unavailable"/s);
  const refused = await fetch(server.url, { method: "POST", body: "a=b" });
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(((await refused.json()) as Record<string, unknown>)["error"], "temporarily_unavailable");

  release();
  await once(waits.socket, "data");
  let status = 503;
  while (status === 503) ({ status } = await fetch(server.url));
  assert.equal(status, 200);
  assert.equal(streams.socket.destroyed, false);
});

test("a connection that is idle after its answer makes room, the longest idle first, and a stream never does", async (t) => {
  const { handle } = holding();
  const server = await started(t, handle, { served: 4, most: 8 });
  const streams = await connected(t, server);
  streams.socket.write(asking("/stream"));
  await once(streams.socket, "data");
  const idle = [await connected(t, server), await connected(t, server)];
  for (const { socket } of idle) {
    socket.write(REQUEST);
    await once(socket, "data");
  }
  const closed = idle.map(({ socket }) => once(socket, "close"));
  for (const [at, gone] of closed.entries()) {
    const next = await connected(t, server);
    next.socket.write(asking("/held"));
    await gone;
    assert.equal(idle[at + 1]?.socket.destroyed ?? false, false, "the longest idle goes first");
  }
  assert.equal(streams.socket.destroyed, false);
});

test("a connection that asks again and again, such as a load balancer's, outlives a crowd that asks once", async (t) => {
  const server = await started(t, (_, response) => response.end("served"), { served: 4, most: 8 });
  const balancer = await connected(t, server);
  for (let times = 0; times < 2; times += 1) {
    balancer.socket.write(REQUEST);
    await once(balancer.socket, "data");
  }
  for (let at = 0; at < 20; at += 1) {
    const { socket } = await connected(t, server);
    socket.write(REQUEST);
    await once(socket, "data");
  }
  balancer.socket.write(REQUEST);
  await once(balancer.socket, "data");
  assert.doesNotMatch(balancer.read(), /connection: close/i);
});

test("above the watermark the first answer closes its connection, below it does not", async (t) => {
  const { handle, hold } = holding();
  const server = await started(t, handle, { served: 4, most: 8 });
  const busy = [await connected(t, server), await connected(t, server)];
  for (const { socket } of busy) await hold(socket);
  const below = await connected(t, server);
  below.socket.write(REQUEST);
  await once(below.socket, "data");
  assert.match(below.read(), /connection: keep-alive/i);
  await hold(below.socket);
  const above = await connected(t, server);
  above.socket.write(REQUEST);
  await once(above.socket, "close");
  assert.match(above.read(), /^HTTP\/1\.1 200 [\s\S]*connection: close/i);
});

test("a connection that has asked nothing makes room for a new one", async (t) => {
  const server = await started(t, (_, response) => response.end("served"), { served: 2, most: 3 });
  const silent = await connected(t, server);
  const half = await connected(t, server);
  half.socket.write(REQUEST.slice(0, 10));
  const gone = Promise.all([once(silent.socket, "close"), once(half.socket, "close")]);
  const others = [await connected(t, server), await connected(t, server)];
  await gone;
  for (const { socket, read } of others) {
    socket.write(REQUEST);
    await once(socket, "data");
    assert.match(read(), /^HTTP\/1\.1 200 /);
  }
});

test("a connection that was told that there is no capacity and stays is closed", async (t) => {
  const { handle, hold, release } = holding();
  const server = await started(t, handle, { served: 1, most: 2 });
  const first = await connected(t, server);
  await hold(first.socket);
  const told = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => told.destroy());
  await once(told.resume(), "end");
  const beyond = await connected(t, server);
  await once(beyond.socket, "close");
  assert.equal(beyond.read(), "", "no capacity for telling either");
  // Writing into what was put out is how one notices.
  const noticed = once(told, "error");
  const writing = setInterval(() => told.write("x"), 100);
  t.after(() => clearInterval(writing));
  await noticed;
  release();
  await once(first.socket, "data");
});

test("a request that was half sent when the stop came is refused with 503 and Connection: close", async (t) => {
  let held: ServerResponse | undefined;
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const server = await started(t, (_, response) => {
    held = response;
    arrive();
  });
  const early = await connected(t, server);
  early.socket.write(REQUEST);
  const late = await connected(t, server);
  late.socket.write(REQUEST.slice(0, 10));
  await arrived;
  const drained = server.drain(60_000, 0);
  late.socket.write(REQUEST.slice(10));
  await once(late.socket, "end");
  assert.match(late.read(), /^HTTP\/1\.1 503 [\s\S]*connection: close/i);
  held?.end("finished");
  await once(early.socket, "end");
  assert.match(early.read(), /^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*finished/i);
  assert.equal(await drained, 0);
});

test("what a client has just sent into a waiting connection is answered with 503, not with a broken connection", async (t) => {
  const server = await started(t, (_, response) => response.end("here"));
  const { socket, read } = await connected(t, server);
  socket.write(REQUEST);
  await once(socket, "data");
  const drained = server.drain(60_000, 60_000);
  socket.write(REQUEST);
  await once(socket, "end");
  assert.match(read(), /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 503 [\s\S]*connection: close/i);
  assert.equal(await drained, 0);
});

test("an idle connection is closed when the grace is over, and does not keep a stopping server", async (t) => {
  const server = await started(t, (_, response) => response.end("here"));
  const { socket } = await connected(t, server);
  socket.write(REQUEST);
  await once(socket, "data");
  const [drained] = await Promise.all([server.drain(60_000, 0), once(socket, "end")]);
  assert.equal(drained, 0);
});

test("what takes too long is cut off and counted", async (t) => {
  let arrive = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const server = await started(t, () => arrive());
  const { socket } = await connected(t, server);
  socket.write(REQUEST);
  await arrived;
  const closed = once(socket, "close");
  assert.equal(await server.drain(1, 0), 1);
  await closed;
});

test("an address that cannot be had is told in one sentence", async (t) => {
  const { port } = await started(t);
  await assert.rejects(startHttpServer("127.0.0.1", port), {
    name: "Failure",
    message: `cannot listen on 127.0.0.1:${port}: another program uses this port`,
  });
  await assert.rejects(startHttpServer("192.0.2.1", 0), /this machine does not have this address/);
});

test("with 256 descriptors, 96 connections that asked once and stay open keep no other out", async (t) => {
  const server = await started(t, (_, response) => response.end("served"), capacityFor(256));
  for (let at = 0; at < 96; at += 1) {
    const { socket } = await connected(t, server);
    socket.write(REQUEST);
    await once(socket, "data");
  }
  for (let at = 0; at < 20; at += 1) assert.equal((await fetch(server.url)).status, 200);
});
