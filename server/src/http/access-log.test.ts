import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../core/until.fixture.ts";
import type { AccessLogOptions } from "./access-log.ts";
import { createHttp } from "./create-http.ts";
import { APP_ID, BACK_END, type RealHufu, startRealHufu } from "./hufu.fixture.ts";

const ISSUER = "http://localhost/api/auth";

type Line = Readonly<Record<string, unknown>>;

let real: RealHufu;
before(async () => {
  real = await startRealHufu(ISSUER);
});
after(() => real.close());

function logged(accessLog?: boolean | AccessLogOptions) {
  const lines: Line[] = [];
  const texts: string[] = [];
  const take =
    (level: string) =>
    (fields: object, message: string): void => {
      texts.push(`${level} ${message} ${JSON.stringify(fields)}`);
      if (level === "info" && message === "request") lines.push({ ...fields });
    };
  const log = { debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") };
  const { fetch } = createHttp(real.hufu, accessLog === undefined ? { log } : { log, accessLog });
  const ask = async (path: string, init?: RequestInit) => fetch(new Request(ISSUER + path, init));
  return {
    lines,
    texts,
    ask,
    /** The line of the one request since. */
    async line(path: string, init?: RequestInit): Promise<Line> {
      const before = lines.length;
      await (await ask(path, init)).text();
      await until(() => lines.length > before);
      return lines[before] ?? {};
    },
  };
}

const form = (fields: Readonly<Record<string, string>>): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
});
const LOGIN_CODE = "urn:hufu:grant-type:login-code";

async function accessToken(ask: (path: string, init?: RequestInit) => Promise<Response>): Promise<string> {
  const answer = await ask("/oauth/token", form({ grant_type: LOGIN_CODE, client_id: APP_ID, code: real.code() }));
  return ((await answer.json()) as { access_token: string }).access_token;
}

test("without the option there is no line at info", async () => {
  const { ask, lines, texts } = logged();
  await ask("/healthz");
  assert.deepEqual(lines, []);
  assert.ok(texts.some((text) => text.startsWith("debug answered")));
});

test("each request is one line: what was asked, by whom, and how it was answered", async () => {
  const { line, texts } = logged(true);
  const code = real.code();
  const { request_id, ms, bytes, ...rest } = await line(
    "/oauth/token?code=in-the-url",
    form({ grant_type: LOGIN_CODE, client_id: APP_ID, code }),
  );
  assert.deepEqual(rest, {
    caller_request_id: undefined,
    method: "POST",
    endpoint: "/oauth/token",
    status: 200,
    client_id: APP_ID,
    reason: null,
    user_agent: undefined,
  });
  assert.match(String(request_id), /^[\w-]{16}$/);
  assert.ok(typeof ms === "number" && ms >= 0 && typeof bytes === "number" && bytes > 500);
  const again = await line("/oauth/token", form({ grant_type: LOGIN_CODE, client_id: APP_ID, code }));
  assert.deepEqual([again["status"], again["reason"], again["client_id"]], [400, "login_code_used", APP_ID]);
  assert.ok(!texts.some((text) => text.includes(code) || text.includes("in-the-url") || text.includes("answered")));
});

test("the path is the protocol's, never what was typed", async () => {
  const { line, ask, texts } = logged(true);
  const headers = { authorization: `Bearer ${await accessToken(ask)}` };
  const one = await line("/me/sessions/s_typed-by-somebody", { method: "DELETE", headers });
  assert.deepEqual([one["endpoint"], one["status"], one["reason"]], ["/me/sessions/{sid}", 404, "not_found"]);
  assert.equal(one["client_id"], APP_ID);
  const none = await line("/no/such/secret-path");
  assert.deepEqual([none["endpoint"], none["status"]], [null, 404]);
  assert.ok(!texts.some((text) => /typed-by|secret-path/.test(text)));
});

test("only a client that is registered is written", async () => {
  const { line, texts } = logged(true);
  const grant = { grant_type: "refresh_token", refresh_token: "hr1.x" };
  assert.equal((await line("/oauth/token", form({ ...grant, client_id: "o-somebodys-openid" })))["client_id"], null);
  assert.ok(!texts.some((text) => text.includes("openid")));
  const own = { grant_type: "client_credentials", client_id: BACK_END.id };
  const wrong = await line("/oauth/token", form({ ...own, client_secret: "wrong" }));
  assert.deepEqual([wrong["client_id"], wrong["reason"]], [null, "client_secret_wrong"]);
  const right = await line("/oauth/token", form({ ...own, client_secret: BACK_END.secret }));
  assert.equal(right["client_id"], BACK_END.id);
});

test("the user agent is written only if that was asked for, and not all of a long one", async () => {
  const headers = { "user-agent": "x".repeat(1000) };
  assert.equal((await logged({ userAgent: false }).line("/healthz", { headers }))["user_agent"], undefined);
  assert.equal((await logged({ userAgent: true }).line("/healthz", { headers }))["user_agent"], "x".repeat(256));
});

test("a stream is one line when it ends, with the bytes that it had", async () => {
  const { ask, lines } = logged(true);
  const own = { grant_type: "client_credentials", client_id: BACK_END.id, client_secret: BACK_END.secret };
  const { access_token } = (await (await ask("/oauth/token", form(own))).json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}`, accept: "text/event-stream" };
  const reader = (await ask("/revocations", { headers })).body?.getReader();
  await reader?.read();
  const ofStream = (): Line | undefined => lines.find(({ endpoint }) => endpoint === "/revocations");
  assert.equal(ofStream(), undefined);
  await reader?.cancel();
  await until(() => ofStream() !== undefined);
  assert.deepEqual([ofStream()?.["status"], ofStream()?.["client_id"]], [200, BACK_END.id]);
  assert.ok(Number(ofStream()?.["bytes"]) > 0);
});

test("HEAD has no bytes, and a wrong option is a TypeError", async () => {
  assert.equal((await logged(true).line("/healthz", { method: "HEAD" }))["bytes"], 0);
  for (const accessLog of ["yes", { userAgents: true }, { userAgent: 1 }]) {
    assert.throws(() => createHttp(real.hufu, { accessLog: accessLog as never }), TypeError);
  }
});
