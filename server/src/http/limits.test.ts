import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { createNodeListener } from "./create-node-listener.ts";
import { APP_ID, BACK_END, type RealHufu, startRealHufu } from "./hufu.fixture.ts";

/** Callers as the trusted proxy names them. */
const HOME = "203.0.113.7";
const ELSEWHERE = "198.51.100.1";
const GARBAGE = `hr1.${"A".repeat(120)}`;

let real: RealHufu;
let url: string;
let close: () => void;

before(async () => {
  real = await startRealHufu("http://localhost/auth", {
    limits: { trustedProxies: ["127.0.0.1"], forgedPerMinute: 5, introspectionsPerMinute: 3, revocationStreams: 1 },
  });
  const server = createServer(createNodeListener(real.hufu)).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth`;
  close = () => void server.close();
});
after(async () => {
  close();
  await real.close();
});

interface Received {
  readonly status: number;
  readonly reason: unknown;
  readonly retryAfter: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function post(path: string, form: Readonly<Record<string, string>>, from = HOME): Promise<Received> {
  const response = await fetch(url + path, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { "x-forwarded-for": from, connection: "close" },
  });
  const body: Record<string, unknown> = JSON.parse((await response.text()) || "{}");
  return { status: response.status, reason: body["reason"], retryAfter: response.headers.get("retry-after"), body };
}

const refresh = (token: string, from?: string): Promise<Received> =>
  post("/oauth/token", { grant_type: "refresh_token", client_id: APP_ID, refresh_token: token }, from);
const signIn = (code: string, from?: string): Promise<Received> =>
  post("/oauth/token", { grant_type: "urn:hufu:grant-type:login-code", client_id: APP_ID, code }, from);
const withSecret = (secret: string, from?: string): Promise<Received> =>
  post("/oauth/token", { grant_type: "client_credentials", client_id: BACK_END.id, client_secret: secret }, from);

describe("limits by address", () => {
  for (const [what, send, reason] of [
    ["refresh tokens whose MAC fails", (from: string) => refresh(GARBAGE, from), "refresh_token_invalid"],
    ["malformed login codes", (from: string) => signIn("no code at all", from), "login_code_invalid"],
    ["wrong client secrets", (from: string) => withSecret("wrong", from), "client_secret_wrong"],
  ] as const) {
    test(`${what} are 429 with Retry-After beyond the budget, and honest requests from there pass`, async () => {
      const from = `203.0.113.${what.length}`;
      for (let sent = 0; sent < 5; sent += 1) assert.equal((await send(from)).reason, reason);
      const limited = await send(from);
      assert.deepEqual([limited.status, limited.body["error"], limited.reason], [429, "slow_down", "rate_limited"]);
      assert.ok(Number(limited.retryAfter) >= 1 && Number(limited.retryAfter) <= 60);
      assert.equal((await send(ELSEWHERE)).reason, reason);
      assert.equal((await signIn(real.code(), from)).status, 200);
      assert.equal((await withSecret(BACK_END.secret, from)).status, 200);
    });
  }

  test("genuine tokens of ended sessions are never counted", async () => {
    const tokens = String((await signIn(real.code("zoe"), "192.0.2.9")).body["refresh_token"]);
    await real.hufu.revokeAll({ reason: "a test" });
    for (let sent = 0; sent < 12; sent += 1) {
      assert.equal((await refresh(tokens, "192.0.2.9")).reason, "session_expired");
    }
  });
});

test("each client has a budget for introspection of its own", async () => {
  const ask = (): Promise<Received> =>
    post("/oauth/introspect", { client_id: BACK_END.id, client_secret: BACK_END.secret, token: "x" });
  for (let sent = 0; sent < 3; sent += 1) assert.equal((await ask()).status, 200);
  const limited = await ask();
  assert.deepEqual([limited.status, limited.reason], [429, "rate_limited"]);
  assert.ok(Number(limited.retryAfter) >= 1);
});

test("one client opens no more streams of revocations than allowed, and one that ends makes room", async () => {
  const authorization = `Bearer ${String((await withSecret(BACK_END.secret, "192.0.2.44")).body["access_token"])}`;
  const open = (stop: AbortController): Promise<Response> =>
    fetch(`${url}/revocations`, { headers: { authorization, accept: "text/event-stream" }, signal: stop.signal });
  const stop = new AbortController();
  assert.equal((await open(stop)).status, 200);
  const second = await open(new AbortController());
  assert.deepEqual([second.status, second.headers.get("hufu-reason")], [429, "rate_limited"]);
  await second.body?.cancel();
  stop.abort();
  // The server learns of the end with the close of the connection.
  for (;;) {
    const next = new AbortController();
    const { status, body } = await open(next);
    if (status === 200) {
      next.abort();
      break;
    }
    assert.equal(status, 429);
    await body?.cancel();
  }
});
