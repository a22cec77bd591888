import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../core/free-port.fixture.ts";
import { systemClock } from "../core/time/clock.ts";
import { until } from "../core/until.fixture.ts";
import type { ResolveUser } from "../session/settings.ts";
import { answerForEver, answerJson, startReceiver, verified, webhookSecret } from "./receiver.fixture.ts";
import { createRequestResolver } from "./resolve-by-request.ts";

const SECRET = webhookSecret("resolve");
const IDENTITY = { platform: "wechat", app: "wx-bakery", openid: "o-alice", unionid: null };
const pause = (ms: number, signal?: AbortSignal): Promise<void> => delay(ms, undefined, { signal });

function resolver(url: string, timeoutMs = 20_000): ResolveUser {
  const target = { url, secrets: [SECRET], timeoutMs };
  return createRequestResolver(target, { fetch: globalThis.fetch, clock: systemClock, pause });
}

function ask(resolve: ResolveUser, more: { readonly phone?: { readonly number: string } } = {}) {
  return resolve(IDENTITY, {
    context: { inviter: "bob" },
    phone: null,
    knownUser: null,
    questionId: "resolve_1",
    signal: new AbortController().signal,
    ...more,
  });
}

test("the question is one signed message, and the answer is the back end's", async (t) => {
  const receiver = await startReceiver(t, answerJson({ user_id: "42", roles: ["member"], claims: { shop: 7 } }));
  const answer = await ask(resolver(`${receiver.url}?key=1`), { phone: { number: "+8613800138000" } });
  assert.deepEqual(answer, { userId: "42", roles: ["member"], claims: { shop: 7 } });
  const [request, ...more] = receiver.received;
  assert.deepEqual(more, []);
  assert.equal(request?.headers["webhook-id"], "resolve_1");
  assert.equal(request.headers["content-type"], "application/json");
  const { timestamp, ...message } = verified(SECRET, request);
  assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(message, {
    type: "user.resolve",
    data: { ...IDENTITY, known_user: null, phone: { number: "+8613800138000" }, context: { inviter: "bob" } },
  });
});

test("an answer without user_id is an answer: Hufu's own user, or a refusal", async (t) => {
  const receiver = await startReceiver(t);
  assert.deepEqual(await ask(resolver(receiver.url)), {});
  receiver.answer = answerJson({ deny: "not invited" }, 201);
  assert.deepEqual(await ask(resolver(receiver.url)), { deny: "not invited" });
});

const NO_ANSWERS: Readonly<Record<string, Parameters<typeof startReceiver>[1]>> = {
  "500": answerJson({ user_id: "42" }, 500),
  "404": answerJson({ user_id: "42" }, 404),
  "204": (response) => void response.writeHead(204).end(),
  "an empty body": (response) => void response.end(),
  null: answerJson(null),
  "a list": answerJson([{ user_id: "42" }]),
  HTML: (response) => void response.end("<html>502</html>"),
  "two ids": (response) => void response.end('{"user_id":"42","user_id":"43"}'),
  "no UTF-8": (response) => void response.end(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
  userId: answerJson({ userId: "42" }),
  "17 KiB": answerJson({ user_id: "42", claims: { text: "x".repeat(17 * 1024) } }),
  "half an answer": (response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write('{"user_id":"42"');
    setImmediate(() => response.destroy());
  },
};

for (const [what, answer] of Object.entries(NO_ANSWERS)) {
  test(`${what} is no answer, and is not asked for twice`, async (t) => {
    const receiver = await startReceiver(t, answer);
    await assert.rejects(async () => ask(resolver(receiver.url)), new RegExp(`${new URL(receiver.url).pathname} `));
    assert.equal(receiver.received.length, 1);
  });
}

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect by ${status} is refused, and its target is not called`, async (t) => {
    const elsewhere = await startReceiver(t, answerJson({ user_id: "1" }));
    const receiver = await startReceiver(t, (response) => {
      response.writeHead(status, { location: elsewhere.url }).end();
    });
    await assert.rejects(async () => ask(resolver(receiver.url)), /redirect/);
    assert.equal(elsewhere.received.length, 0);
  });
}

test("an answer that does not end is cut", async (t) => {
  let cutAfter: number | undefined;
  const receiver = await startReceiver(
    t,
    answerForEver(200, (bytes) => {
      cutAfter = bytes;
    }),
  );
  await assert.rejects(async () => ask(resolver(receiver.url)), /over 16384 bytes/);
  await until(() => cutAfter !== undefined);
  assert.ok((cutAfter ?? 0) < 30_000_000, `cut after ${cutAfter} bytes`);
});

test("a receiver that hangs is given up at the deadline, and the connection is closed", async (t) => {
  const receiver = await startReceiver(t, () => undefined);
  await assert.rejects(async () => ask(resolver(receiver.url, 30)), /did not answer within 30 ms/);
  await until(() => receiver.connections() === 0);
});

test("a header that does not end is given up at the deadline", async (t) => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const { port } = server.address() as { readonly port: number };
  await assert.rejects(async () => ask(resolver(`http://127.0.0.1:${port}/`, 30)), /did not answer within 30 ms/);
});

test("what is refused names neither the question's data nor the query of the URL", async (t) => {
  const receiver = await startReceiver(t, answerJson({ error: "o-alice" }, 500));
  const failure = await Promise.resolve(ask(resolver(`${receiver.url}?key=hidden`))).then(
    () => assert.fail("it answered"),
    (error: unknown) => String(error),
  );
  assert.match(failure, /answered 500/);
  assert.doesNotMatch(failure, /o-alice|hidden/);
});

test("a closed port is named by the system's code", async (t) => {
  const receiver = await startReceiver(t);
  const gone = new URL(receiver.url);
  gone.port = String(await freePort());
  await assert.rejects(async () => ask(resolver(gone.href)), /could not be asked|connection broke/);
});
