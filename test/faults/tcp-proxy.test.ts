import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test, { type TestContext } from "node:test";
import { createSeededRandom } from "../properties/seeded-random.ts";
import { askNode } from "./ask-node.ts";
import { type Conditions, startTcpProxy } from "./tcp-proxy.ts";

const FORM = { word: "hello" };

/** A node that counts, and a proxy with these conditions in front of it. */
async function open(t: TestContext, conditions: Conditions) {
  const seen: string[] = [];
  const given: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      seen.push(Buffer.concat(chunks).toString());
      const body = JSON.stringify({ number: seen.length });
      response.end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const proxy = await startTcpProxy({
    targets: () => [address.port],
    conditions: () => conditions,
    seeded: createSeededRandom(1),
    onGiven: ({ text, late }) => given.push(`${late ? "late " : ""}${text.split("\r\n\r\n")[1]}`),
  });
  t.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
  return { proxy, seen, given };
}

test("a clear sky lets request and answer through, a delay lets them wait", async (t) => {
  for (const conditions of [{ kind: "clear" }, { kind: "delay", ms: 20 }] as const) {
    const { proxy, seen } = await open(t, conditions);
    const heard = await askNode(proxy.port, "/", FORM);
    assert.deepEqual([heard.kind, seen], ["answer", ["word=hello"]]);
  }
});

test("a reset and a stall keep the request, a lost and a cut answer do not", async (t) => {
  const asked: readonly (readonly [Conditions, number])[] = [
    [{ kind: "reset" }, 0],
    [{ kind: "stall" }, 0],
    [{ kind: "answer-lost" }, 1],
    [{ kind: "answer-cut" }, 1],
  ];
  for (const [conditions, arrived] of asked) {
    const { proxy, seen, given } = await open(t, conditions);
    const heard = await askNode(proxy.port, "/", FORM, { timeoutMs: 500 });
    assert.deepEqual([heard.kind, seen.length, given.length], ["nothing", arrived, arrived], conditions.kind);
  }
});

test("a duplicate arrives twice and is answered once", async (t) => {
  const { proxy, seen, given } = await open(t, { kind: "duplicate", ms: 30 });
  const heard = await askNode(proxy.port, "/", FORM);
  assert.ok(heard.kind === "answer" && heard.body["number"] === 1);
  await proxy.settled();
  assert.deepEqual(seen, ["word=hello", "word=hello"]);
  assert.deepEqual(given, ['{"number":1}', 'late {"number":2}']);
});
