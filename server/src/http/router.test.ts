import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import { type Logger, silentLogger } from "../core/log/log.ts";
import { createNotices } from "../core/log/notices.ts";
import { silentMeter } from "../core/meter/meter.ts";
import { systemClock } from "../core/time/clock.ts";
import { silentTracer } from "../core/tracer/tracer.ts";
import { resolveLimits } from "../limits/limit-schema.ts";
import { createLimits } from "../limits/limits.ts";
import type { Protocol } from "../session/protocol.ts";
import { createHttp } from "./create-http.ts";
import type { Answer, Call } from "./messages/call.ts";
import { createRouter, type HufuEndpoints, type Router, type RouterOptions } from "./router.ts";

const unexpected = (): never => assert.fail("nobody should ask for this");

const PROTOCOL: Protocol = {
  signIn: unexpected,
  refresh: unexpected,
  clientCredentials: unexpected,
  authenticate: unexpected,
  authenticateRequest: unexpected,
  findClient: () => undefined,
  isMiniProgram: async () => true,
  revoke: unexpected,
  introspect: unexpected,
  jwks: () => ({ keys: [] }),
  roles: unexpected,
  me: unexpected,
  mySessions: unexpected,
  endMySession: unexpected,
  endMyOtherSessions: unexpected,
  account: { phone: unexpected, setPhone: unexpected, close: unexpected, export: unexpected },
  stepUp: unexpected,
  issueTicket: unexpected,
  redeemTicket: unexpected,
  challengeStepUp: unexpected,
};

function host(facts: Partial<HufuEndpoints> & { readonly protocol?: Protocol } = {}): HufuEndpoints {
  return {
    issuer: "https://api.example.com/auth",
    verifier: { check: unexpected },
    protocol: PROTOCOL,
    // No administrator comes here.
    administration: { now: () => 0 } as HufuEndpoints["administration"],
    refusals: { note: () => undefined, dropped: () => 0 },
    tokenProofs: { accept: unexpected },
    feed: { open: unexpected, page: unexpected, readers: () => 0, end: unexpected },
    limits: createLimits({
      settings: resolveLimits(),
      clock: systemClock,
      notices: createNotices({ log: silentLogger }),
      meter: silentMeter,
      hot: undefined,
    }),
    ready: async () => ({ ready: true, checks: {} }),
    log: silentLogger,
    meter: silentMeter,
    tracer: silentTracer,
    notices: createNotices({ log: silentLogger }),
    ...facts,
  };
}

const BODY = "grant_type=refresh_token&client_id=wx1&refresh_token=hr1.a-secret-word&attempt_id=0123456789abcdef";

function call(facts: Partial<Call>): Call {
  return {
    method: "POST",
    path: "/auth/oauth/token",
    query: "",
    peer: "203.0.113.7",
    authorization: [],
    header: (name) => (name === "content-type" ? "application/x-www-form-urlencoded" : undefined),
    readBody: async () => BODY,
    ...facts,
  };
}

/** The answer of an endpoint that does not stream. */
async function answerOf(router: Router, asked: Partial<Call>): Promise<Answer> {
  const answer = await router.answer(call(asked));
  assert.ok("body" in answer);
  return answer;
}

function memory(): { readonly log: Logger; readonly lines: () => string } {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (fields: object, message: string): void => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
    };
  const log = { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error") };
  return { log, lines: () => lines.join("\n") };
}

test("an outage while refreshing is 503, never a word about the grant", async () => {
  for (const reason of ["store_unavailable", "platform_unavailable", "host_unavailable"] as const) {
    const refresh = (): Promise<never> => Promise.reject(new HufuError(reason));
    const { status, headers, body } = await answerOf(createRouter(host({ protocol: { ...PROTOCOL, refresh } })), {});
    assert.equal(status, 503);
    assert.equal(headers["retry-after"], "1");
    assert.match(body ?? "", /"error":"temporarily_unavailable"/);
  }
});

test("an internal error is 500 and not told to the caller", async () => {
  const { log, lines } = memory();
  const refresh = (): never => {
    throw new TypeError("cannot read properties of undefined");
  };
  const router = createRouter(host({ protocol: { ...PROTOCOL, refresh } }), { log });
  const { status, body } = await answerOf(router, {});
  assert.equal(status, 500);
  assert.doesNotMatch(body ?? "", /undefined/);
  assert.match(lines(), /^error internal error: answered 500/m);
});

test("every request leaves one line, with nothing in it that a caller could have put there", async () => {
  const { log, lines } = memory();
  const refresh = (): Promise<never> => Promise.reject(new HufuError("refresh_token_invalid"));
  const router = createRouter(host({ protocol: { ...PROTOCOL, refresh } }), { log });
  await router.answer(call({}));
  await router.answer(call({ method: "GET", path: "/auth/a-secret-word", query: "access_token=a-secret-word" }));
  const written = lines().split("\n");
  assert.equal(written.length, 2);
  assert.match(written[0] ?? "", /"endpoint":"\/oauth\/token","status":400/);
  assert.match(written[1] ?? "", /"endpoint":null,"status":404/);
  assert.doesNotMatch(lines(), /a-secret-word/);
});

test("readyz is 503 while this node is not fit to serve, and says what is wrong", async () => {
  const ready = async (): ReturnType<HufuEndpoints["ready"]> => ({
    ready: false,
    checks: { database: "does not answer" },
  });
  const router = createRouter(host({ ready }));
  const { status, body } = await answerOf(router, { method: "GET", path: "/auth/readyz" });
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(body ?? ""), { status: "not ready", checks: { database: "does not answer" } });
});

test("an issuer with a path owns all below it and its place for metadata; at the root only what it knows", () => {
  const owned = (router: Router, paths: readonly string[]): readonly string[] => paths.filter(router.owns);
  const paths = [
    "/",
    "/auth",
    "/auth/",
    "/auth/oauth/token",
    "/auth/x",
    "/authority",
    "/oauth/token",
    "/me/sessions/s_1",
    "/me/sessions/a/b",
    "/orders",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/auth",
  ];
  assert.deepEqual(owned(createRouter(host()), paths), [
    "/auth/",
    "/auth/oauth/token",
    "/auth/x",
    "/.well-known/oauth-authorization-server/auth",
  ]);
  assert.deepEqual(owned(createRouter(host({ issuer: "https://api.example.com" })), paths), [
    "/oauth/token",
    "/me/sessions/s_1",
    "/.well-known/oauth-authorization-server",
  ]);
});

test("behind a proxy that changes the path, the endpoints are where they arrive and the issuer stays itself", async () => {
  const router = createRouter(host(), { path: "" });
  const metadata = await answerOf(router, { method: "GET", path: "/.well-known/oauth-authorization-server" });
  assert.match(metadata.body ?? "", /"token_endpoint":"https:\/\/api.example.com\/auth\/oauth\/token"/);
  for (const path of ["auth", "/auth/", "/a b", "/a/../b?c"]) {
    assert.throws(() => createRouter(host(), { path }), TypeError);
  }
});

test("the clock and the random source are the caller's to choose", async () => {
  const options: RouterOptions = {
    clock: { now: () => 0, monotonic: () => 0 },
    random: (size) => Buffer.alloc(size),
  };
  const { headers } = await createRouter(host(), options).answer(call({ method: "GET", path: "/auth/healthz" }));
  assert.equal(headers["x-request-id"], "A".repeat(16));
});

test("a request of the Fetch standard is read up to the limit, independent of the length that it claims", async () => {
  const app = createHttp(host());
  const type = { "content-type": "application/x-www-form-urlencoded" };
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(1024).fill(97));
    },
  });
  const request = new Request("https://api.example.com/auth/oauth/token", {
    method: "POST",
    headers: type,
    body: endless,
    duplex: "half",
  });
  const response = await app.fetch(request);
  assert.equal(response.status, 400);
  assert.match(await response.text(), /"body_too_large"/);
  assert.ok(pulled < 40, `${pulled} KiB were read`);

  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  const second = new Request(request.url, { method: "POST", headers: type, body: broken, duplex: "half" });
  const answer = await app.fetch(second);
  assert.equal(answer.status, 400);
});
