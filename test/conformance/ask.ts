import assert from "node:assert/strict";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { assertDescribed } from "../../server/src/http/openapi/described.fixture.ts";

/** One request, said so that anything can be wrong with it. */
export interface Ask {
  readonly method?: string;
  /** Under the issuer, unless `url` says otherwise. */
  readonly path?: string;
  readonly url?: string;
  readonly form?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  /** Instead of `form`: the bytes as they are. */
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  /** Sends no Content-Length. */
  readonly chunked?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body when it is a JSON object, else nothing in it. */
  readonly json: Readonly<Record<string, unknown>>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const FORM = "application/x-www-form-urlencoded";
const PATIENCE_MS = 25_000;
/** What must not come back in an answer that refuses. */
const SECRET_PARAMETERS = ["code", "refresh_token", "token", "client_secret", "attempt_id", "phone_code"];

/** Sends it and holds the answer against the rules that every answer keeps. */
export async function ask(issuer: string, asked: Ask): Promise<Answer> {
  const answer = await send(issuer, asked);
  keepsTheRules(asked, answer);
  isDescribed(issuer, asked, answer);
  return answer;
}

function send(issuer: string, asked: Ask): Promise<Answer> {
  const url = new URL(asked.url ?? `${issuer}${asked.path ?? ""}`);
  const form = asked.form === undefined ? undefined : new URLSearchParams(pairsOf(asked.form)).toString();
  const body = Buffer.from(asked.body ?? form ?? "");
  const headers = {
    ...(form === undefined ? {} : { "content-type": FORM }),
    ...(asked.chunked === true ? { "transfer-encoding": "chunked" } : lengthOf(asked, body)),
    ...asked.headers,
  };
  return new Promise((resolve, reject) => {
    const method = methodOf(asked);
    const asking = request(
      // The path as it was written: URL would tidy up what a case wants to send.
      { host: url.hostname, port: url.port, path: pathOf(issuer, asked), method, headers, agent },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: objectIn(text) });
        });
      },
    );
    asking.setTimeout(PATIENCE_MS, () => asking.destroy(new Error(`no answer to ${method} ${url.pathname}`)));
    asking.on("error", reject);
    asking.end(body);
  });
}

function methodOf({ method, form, body }: Ask): string {
  return method ?? (form === undefined && body === undefined ? "GET" : "POST");
}

function pathOf(issuer: string, asked: Ask): string {
  const whole = asked.url ?? `${issuer}${asked.path ?? ""}`;
  return whole.replace(/^https?:\/\/[^/]*/, "") || "/";
}

function lengthOf(asked: Ask, body: Buffer): Record<string, string> {
  const none = asked.form === undefined && asked.body === undefined;
  return none ? {} : { "content-length": String(body.length) };
}

const pairsOf = (form: NonNullable<Ask["form"]>): [string, string][] =>
  (Array.isArray(form) ? form : Object.entries(form)).map(([name, value]): [string, string] => [name, value]);

export function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Never 500; no redirect; how long to wait; no-store; what an error looks like; nothing secret comes back. */
export function keepsTheRules(asked: Ask, answer: Answer): void {
  const { status, headers, json, text } = answer;
  const told = `${status} ${text.slice(0, 300)}`;
  assert.ok(status < 500 || status === 502 || status === 503, `a fault of the server: ${told}`);
  assert.ok(status < 300 || status === 304 || status >= 400, `a redirect: ${told}`);
  if (status === 429 || status === 503)
    assert.match(headers["retry-after"] ?? "", /^[1-9]\d*$/, `Retry-After: ${told}`);
  const isOAuth = /\/auth\/oauth\/(token|revoke|introspect)(\?|$)/.test(`/auth${asked.path ?? ""}`);
  if (isOAuth) assert.match(headers["cache-control"] ?? "", /\bno-store\b/, `Cache-Control: ${told}`);
  if (status < 400) return;
  if (isOAuth && status !== 405 && asked.method !== "HEAD") {
    assert.match(headers["content-type"] ?? "", /^application\/json\b/, told);
    assert.match(String(json["error"]), /^[a-z_]+$/, told);
    assert.match(String(json["reason"]), /^[a-z_]+$/, told);
    // RFC 6749 §5.2: %x20-21 / %x23-5B / %x5D-7E
    assert.match(String(json["error_description"]), /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/, told);
    assert.match(String(json["request_id"] ?? ""), /./, `request_id: ${told}`);
  }
  if (isOAuth && status === 401 && /^basic /i.test(String(asked.headers?.["authorization"])))
    assert.match(headers["www-authenticate"] ?? "", /^Basic\b/i, `RFC 6749 §5.2 wants a challenge: ${told}`);
  for (const [name, value] of asked.form === undefined ? [] : pairsOf(asked.form))
    if (SECRET_PARAMETERS.includes(name) && value.length >= 12)
      assert.ok(!text.includes(value), `echoes ${name}: ${told}`);
}

/** What the OpenAPI document says of it is true and complete. */
function isDescribed(issuer: string, asked: Ask, { status, headers, text }: Answer): void {
  const prefix = new URL(issuer).pathname;
  const path = pathOf(issuer, asked);
  if (!path.startsWith(`${prefix}/`)) return;
  const isForm = asked.form !== undefined;
  const body = isForm ? new URLSearchParams(pairsOf(asked.form)).toString() : asked.body;
  assertDescribed({
    method: methodOf(asked),
    path: path.slice(prefix.length),
    body: typeof body === "string" ? body : undefined,
    contentType: isForm ? FORM : String(asked.headers?.["content-type"] ?? ""),
    status,
    headers,
    text,
  });
}

export const basic = ({ id, secret }: { readonly id: string; readonly secret: string }): string =>
  `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString("base64")}`;

const formEncoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);
