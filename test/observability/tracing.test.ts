import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";
import { createHttp } from "hufu/http";
import { silentTracer } from "../../server/src/core/tracer/tracer.ts";
import { openTracer } from "../../server/src/tracing/open-tracer.ts";
import { answerJson, startReceiver, webhookSecret } from "../../server/src/webhooks/receiver.fixture.ts";
import { appSecretOf, BAKERY, freshAttempt, ISSUER, openStack, secretNamed } from "../stack/stack.fixture.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const CALLER = "b7ad6b7169203331";
const SECRET = webhookSecret("resolve");

/** OpenTelemetry's own SDK, as an application registers it, and the spans that it has ended. */
function registerSdk(t: TestContext): () => readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  t.after(async () => {
    await provider.shutdown();
    for (const part of [trace, context, propagation]) part.disable();
  });
  return () => exporter.getFinishedSpans();
}

test("without an SDK nothing is traced", async () => {
  assert.equal(await openTracer(), silentTracer);
});

test("a trace goes from the caller through Hufu to WeChat and to the back end, and says no secret", async (t) => {
  const ended = registerSdk(t);
  const receiver = await startReceiver(t, answerJson({ user_id: "42" }));
  const asked: Headers[] = [];
  const stack = await openStack(t, {
    resolveUser: { url: receiver.url, secret: SECRET },
    fetch: (input, init) => {
      asked.push(new Headers(init?.headers));
      return fetch(input, init);
    },
  });
  const http = createHttp(stack.hufu);
  const code = stack.wechat.issueCode({ appId: BAKERY, user: "alice" });
  const attempt = freshAttempt();
  const form = { grant_type: "urn:hufu:grant-type:login-code", client_id: BAKERY, code, attempt_id: attempt };
  const headers = { traceparent: `00-${TRACE}-${CALLER}-01`, baggage: "who=alice-of-the-caller" };
  const answer = await http.fetch(
    new Request(`${ISSUER}/oauth/token?secret=in-the-query`, {
      method: "POST",
      headers,
      body: new URLSearchParams(form),
    }),
  );
  assert.equal(answer.status, 200);
  const tokens = (await answer.json()) as { readonly access_token: string; readonly refresh_token: string };

  const spans = ended();
  const server = spans.find(({ kind }) => kind === SpanKind.SERVER);
  assert.ok(server !== undefined);
  assert.equal(server.name, "POST /oauth/token");
  assert.equal(server.spanContext().traceId, TRACE);
  assert.equal(server.parentSpanContext?.spanId, CALLER);
  assert.deepEqual(server.attributes, {
    "http.request.method": "POST",
    "http.route": "/oauth/token",
    "http.response.status_code": 200,
  });
  const calls = spans.filter(({ kind }) => kind === SpanKind.CLIENT);
  assert.deepEqual(
    calls.map(({ name }) => name),
    ["GET /sns/jscode2session", "POST"],
  );
  for (const { parentSpanContext } of calls) assert.equal(parentSpanContext?.spanId, server.spanContext().spanId);
  // Each request carries its own span on, and nothing that the caller had put beside it.
  assert.deepEqual(
    asked.map((sent) => [sent.get("traceparent"), sent.get("baggage")]),
    calls.map((span) => [`00-${TRACE}-${span.spanContext().spanId}-01`, null]),
  );
  assert.equal(calls[0]?.attributes["server.address"], "127.0.0.1");
  assert.equal(calls[0]?.attributes["url.template"], "/sns/jscode2session");

  const { openid } = JSON.parse(Buffer.from(tokens.access_token.split(".")[1] ?? "", "base64url").toString("utf8"));
  const said = JSON.stringify(
    spans.map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })),
  );
  const words = [
    code,
    attempt,
    tokens.access_token,
    tokens.refresh_token,
    appSecretOf(BAKERY),
    secretNamed("the stack"),
  ];
  for (const word of [...words, SECRET, String(openid), BAKERY, "in-the-query", "alice-of-the-caller"]) {
    assert.ok(!said.includes(word), `${word} in a span`);
  }
});

test("what fails is marked so, by its kind and without its text", async (t) => {
  const ended = registerSdk(t);
  const stack = await openStack(t);
  const http = createHttp(stack.hufu);
  stack.wechat.fault({ path: "/sns/jscode2session", kind: "html" });
  const code = stack.wechat.issueCode({ appId: BAKERY, user: "alice" });
  const form = { grant_type: "urn:hufu:grant-type:login-code", client_id: BAKERY, code };
  await http.fetch(new Request(`${ISSUER}/oauth/token`, { method: "POST", body: new URLSearchParams(form) }));
  await http.fetch(new Request(`${ISSUER}/me/sessions/s_unknown`, { method: "DELETE" }));
  await http.fetch(new Request(`${ISSUER}/nothing-of-ours`, { method: "BREW" }));
  const told = ended().map(({ name, status, attributes }) => [name, status.code, attributes["error.type"]]);
  assert.deepEqual(told, [
    ["GET /sns/jscode2session", SpanStatusCode.ERROR, "unreadable"],
    ["POST /oauth/token", SpanStatusCode.ERROR, "503"],
    ["DELETE /me/sessions/{sid}", SpanStatusCode.UNSET, undefined],
    ["HTTP", SpanStatusCode.UNSET, undefined],
  ]);
});

test("inside an application's own span, Hufu's is its child, even if the request's headers name another parent", async (t) => {
  const ended = registerSdk(t);
  const stack = await openStack(t);
  const http = createHttp(stack.hufu);
  const outer = trace.getTracer("the application").startSpan("GET /healthz", { kind: SpanKind.SERVER }, ROOT_CONTEXT);
  await context.with(trace.setSpan(ROOT_CONTEXT, outer), () =>
    http.fetch(new Request(`${ISSUER}/healthz`, { headers: { traceparent: `00-${TRACE}-${CALLER}-01` } })),
  );
  const [inner] = ended();
  assert.equal(inner?.parentSpanContext?.spanId, outer.spanContext().spanId);
});
