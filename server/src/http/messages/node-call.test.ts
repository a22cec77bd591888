import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { type NodeRequest, nodeCall, targetOf } from "./node-call.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Hands the first request to `see`, after `before` had its way with it. */
async function listen(see: (request: NodeRequest) => Promise<string>): Promise<number> {
  const server = createServer((request, response) => {
    see(request).then(
      (text) => response.end(text),
      (error: unknown) => response.end(error instanceof HufuError ? error.reason : String(error)),
    );
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return port;
}

async function answerTo(port: number, head: string, body: Iterable<string> = []): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  socket.write(`${head}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  for (const part of body) socket.write(part);
  await new Promise((resolve) => socket.on("close", resolve));
  return Buffer.concat(chunks).toString("utf8");
}

const read = (request: NodeRequest): Promise<string> => nodeCall(request).readBody(100).then(String);

test("a body may come in pieces, with or without its length", async () => {
  const port = await listen(read);
  assert.match(await answerTo(port, "POST / HTTP/1.1\r\nContent-Length: 6", ["abc", "def"]), /abcdef$/m);
  const pieces = ["3\r\nabc\r\n", "3\r\ndef\r\n", "0\r\n\r\n"];
  assert.match(await answerTo(port, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked", pieces), /abcdef/);
});

test("a body that claims or shows to be too large is not kept", async () => {
  const port = await listen(read);
  assert.match(await answerTo(port, "POST / HTTP/1.1\r\nContent-Length: 101", ["x".repeat(101)]), /body_too_large/);
  const pieces = ["65\r\n", "x".repeat(101), "\r\n0\r\n\r\n"];
  assert.match(await answerTo(port, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked", pieces), /body_too_large/);
});

test("an endless body is cut off, and its sender with it", async () => {
  let taken = 0;
  const port = await listen((request) => {
    request.on("data", (chunk: Buffer) => {
      taken += chunk.length;
    });
    return read(request).catch(() => new Promise<never>(() => undefined));
  });
  const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
  await answerTo(
    port,
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
    Array.from({ length: 200 }, () => piece),
  );
  assert.ok(taken < 4_000_000, `${taken} bytes were taken`);
});

test("a body that breaks off is refused, not waited for", async () => {
  let outcome: Promise<unknown> | undefined;
  const port = await listen((request) => {
    const reading = nodeCall(request).readBody(100);
    outcome = reading.catch((error: unknown) => error);
    return reading.then(String);
  });
  const socket = connect(port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nabc");
  const [server] = servers;
  assert.ok(server);
  await once(server, "request");
  socket.destroy();
  const error = await outcome;
  assert.ok(error instanceof HufuError);
  assert.equal(error.reason, "parameter_invalid");
});

test("a body that broke off before it was read is refused, not waited for", async () => {
  const port = await listen(async (request) => {
    request.destroy();
    await once(request, "close");
    outcomes.push(await read(request).catch((error: unknown) => error));
    return "";
  });
  const outcomes: unknown[] = [];
  await answerTo(port, "POST / HTTP/1.1\r\nContent-Length: 50", ["abc"]);
  const [error] = outcomes;
  assert.ok(error instanceof HufuError);
  assert.equal(error.reason, "parameter_invalid");
});

test("a body that something in front has stopped flows again", async () => {
  const port = await listen((request) => {
    request.pause();
    return read(request);
  });
  assert.match(await answerTo(port, "POST / HTTP/1.1\r\nContent-Length: 3", ["abc"]), /abc$/m);
});

test("what was read before us is taken from where it was left", async () => {
  for (const [left, expected] of [
    [{ body: { a: "1" } }, /\[object Object\]/],
    [{ body: "a=1" }, /a=1$/m],
    [{ body: Buffer.from("a=1") }, /a=1$/m],
    [{ rawBody: Buffer.from("a=1"), body: { b: "2" } }, /a=1$/m],
    [{ body: "x".repeat(101) }, /body_too_large/],
    [{ rawBody: Buffer.from([0xff]) }, /parameter_invalid/],
    [{}, /TypeError: something has read the body/],
  ] as const) {
    const port = await listen(async (request) => {
      for await (const _ of request);
      return read(Object.assign(request, left));
    });
    assert.match(await answerTo(port, "POST / HTTP/1.1\r\nContent-Length: 3", ["abc"]), expected);
  }
});

test("an empty body that was read before us is an empty body", async () => {
  const port = await listen(async (request) => {
    for await (const _ of request);
    return `"${await read(request)}"`;
  });
  assert.match(await answerTo(port, "POST / HTTP/1.1\r\nContent-Length: 0"), /""/);
});

test("the target is the one that came, even after a router rewrote it, in absolute form too", () => {
  assert.equal(targetOf({ url: "/token", originalUrl: "/auth/token?a=1" }), "/auth/token?a=1");
  assert.equal(targetOf({ url: "http://host/auth/token?a=1" }), "/auth/token?a=1");
  assert.equal(targetOf({ url: "*" }), "*");
});
