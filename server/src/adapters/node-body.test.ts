import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { NodeRequest } from "../http/messages/node-call.ts";
import { rawBody } from "./node-body.ts";

/** What the guard and then the handler see of a `POST` by HTTP/2 without `content-length`. */
async function seenOf(t: TestContext, body: Buffer | undefined): Promise<readonly [guard: string, handler: string]> {
  let seen: readonly [string, string] | undefined;
  const server = createServer(async (request, response) => {
    const guard = Buffer.from(await rawBody(asOfFrameworks(request))).toString();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    seen = [guard, Buffer.concat(chunks).toString()];
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => {
    client.close();
    server.close();
  });
  const call = client.request({ ":method": "POST", ":path": "/" }, { endStream: body === undefined });
  call.resume();
  if (body !== undefined) call.end(body);
  await once(call, "close");
  return seen ?? assert.fail("not answered");
}

/** Fastify and others hand over the request of `node:http2` as they do that of `node:http`. */
function asOfFrameworks(request: unknown): NodeRequest {
  return request as NodeRequest;
}

test("a guard reads a body of HTTP/2, which no header announces, and its handler does too", async (t) => {
  const text = "coupon ".repeat(60_000);
  assert.deepEqual(await seenOf(t, Buffer.from(text)), [text, text]);
});

test("a request of HTTP/2 without a body has none", async (t) => {
  assert.deepEqual(await seenOf(t, undefined), ["", ""]);
  assert.deepEqual(await seenOf(t, Buffer.alloc(0)), ["", ""]);
});
