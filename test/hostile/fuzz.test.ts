import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { verdictOf } from "../stack/verdict.ts";
import { type Hostile, isHeaderValue, mutated, openHostile, PATH, RUNS } from "./hostile.fixture.ts";

const ENDPOINTS = [
  "/oauth/token",
  "/oauth/revoke",
  "/oauth/introspect",
  "/me",
  "/me/sessions",
  "/revocations",
  "/roles",
  "/healthz",
  "/readyz",
  "/.well-known/jwks.json",
  "/.well-known/oauth-authorization-server",
] as const;
const PARAMETERS = [
  "grant_type",
  "client_id",
  "client_secret",
  "code",
  "refresh_token",
  "token",
  "token_type_hint",
  "attempt_id",
  "device_id",
  "device_type",
  "device_name",
  "phone_code",
  "context",
  "scope",
  "openid",
] as const;
/** Below `/admin`: what is sent, and the members of its body. */
const ADMIN_CALLS = [
  ["POST", "/users/search", ["external_id", "openid", "unionid", "phone", "sid", "request_id"]],
  ["PUT", "/users/{id}/roles", ["roles"]],
  ["PUT", "/users/{id}/ban", ["reason", "until"]],
  ["POST", "/users/{id}/stale", []],
  ["PUT", "/roles/vip", ["permissions"]],
  ["POST", "/revoke", ["app", "all", "reason"]],
  ["POST", "/keys/{id}/revoke", []],
  ["GET", "/users", ["cursor", "limit", "status"]],
  ["GET", "/users/{id}/sessions", ["cursor", "limit"]],
  ["GET", "/audit", ["subject", "action", "cursor"]],
] as const;
const GRANTS = ["urn:hufu:grant-type:login-code", "refresh_token", "client_credentials", "password"] as const;

/** A refusal that a client can read: 4xx with a reason where there is a body. A 405 has no word for its reason. */
async function isClearRefusal(response: Response): Promise<void> {
  const text = await response.text();
  assert.ok(response.status >= 400 && response.status < 500, `${response.status} ${text}`);
  if (response.status === 405 || text === "") return;
  const { reason } = JSON.parse(text);
  assert.ok(response.status === 404 || typeof reason === "string", text);
}

async function neverBreaks(hostile: Hostile, path: string, init: RequestInit): Promise<void> {
  const before = hostile.rows();
  const response = await hostile.send(path, init);
  const text = await response.text();
  assert.ok(response.status < 500, `${init.method ?? "GET"} ${path}: ${response.status} ${text}`);
  if (response.status >= 400) assert.equal(hostile.rows(), before, `${path} was refused and changed a row`);
}

test("an access token with one byte changed opens no guard", async (t) => {
  const { access, stack } = await openHostile(t);
  await fc.assert(
    fc.asyncProperty(mutated(access), async (token) => {
      fc.pre(token !== access);
      assert.match(await verdictOf(() => stack.hufu.verifier.check(`Bearer ${token}`)), /^token_/);
    }),
    RUNS,
  );
});

test("an Authorization header with one byte changed is a clear refusal", async (t) => {
  const { access, send } = await openHostile(t);
  const header = `Bearer ${access}`;
  await fc.assert(
    fc.asyncProperty(mutated(header), async (authorization) => {
      // The scheme compares without case, and `fetch` trims a value.
      fc.pre(isHeaderValue(authorization) && authorization.trim().replace(/^bearer/i, "Bearer") !== header);
      await isClearRefusal(await send(`${PATH}/me`, { headers: { authorization } }));
    }),
    RUNS,
  );
});

test("a refresh token with one byte changed is refresh_token_invalid and changes no row", async (t) => {
  const hostile = await openHostile(t);
  const before = hostile.rows();
  await fc.assert(
    fc.asyncProperty(mutated(hostile.refresh), async (token) => {
      fc.pre(token !== hostile.refresh && token !== "");
      const response = await hostile.form(`${PATH}/oauth/token`, { grant_type: "refresh_token", refresh_token: token });
      assert.equal(response.status, 400);
      const { reason } = (await response.json()) as { reason: string };
      assert.match(reason, /^(refresh_token_invalid|parameter_invalid)$/);
      assert.equal(hostile.rows(), before);
    }),
    RUNS,
  );
});

test("forms of known names and any values are answered, and a refused one changes no row", async (t) => {
  const hostile = await openHostile(t);
  const value = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(...GRANTS, hostile.access, "null", "0", "[]", "{}", "true", "\u0000", "\ud83d", "张三"),
    fc.json({ maxDepth: 4 }),
  );
  const fields = fc.array(fc.tuple(fc.constantFrom(...PARAMETERS), value), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ENDPOINTS.slice(0, 3)), fields, async (path, pairs) => {
      await neverBreaks(hostile, `${PATH}${path}`, { method: "POST", body: new URLSearchParams(pairs) });
    }),
    RUNS,
  );
});

test("bodies of any bytes and any content type are clear refusals", async (t) => {
  const hostile = await openHostile(t);
  const type = fc.constantFrom(
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=utf-16",
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
    ";;;",
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), type, async (bytes, contentType) => {
      const headers = contentType === "" ? {} : { "content-type": contentType };
      const body = new Uint8Array(bytes);
      await isClearRefusal(await hostile.send(`${PATH}/oauth/token`, { method: "POST", body, headers }));
    }),
    RUNS,
  );
});

test("any context is taken or refused, and never breaks the sign-in", async (t) => {
  const hostile = await openHostile(t);
  const context = fc.oneof(
    fc.json({ maxDepth: 6 }),
    fc.string({ maxLength: 200 }),
    mutated('{"inviter":"u_1","scene":[1,{"a":null}]}'),
  );
  await fc.assert(
    fc.asyncProperty(context, async (text) => {
      const response = await hostile.form(`${PATH}/oauth/token`, {
        grant_type: GRANTS[0],
        code: hostile.stack.wechat.issueCode({ user: "bob" }),
        context: text,
      });
      assert.ok(response.status === 200 || response.status === 400, `${response.status} ${await response.text()}`);
    }),
    { ...RUNS, numRuns: Math.min(100, RUNS.numRuns ?? 100) },
  );
});

test("any path and method below and beside the issuer is answered", async (t) => {
  const hostile = await openHostile(t);
  const segment = fc.oneof(
    fc.constantFrom("..", ".", "", "%2e%2e", "%00", "%ff", "me", "oauth", "token", "sessions", ";.js", "%2f", "auth"),
    fc.webSegment(),
  );
  const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join("/")}`);
  const method = fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
  await fc.assert(
    fc.asyncProperty(fc.boolean(), path, method, async (below, rest, verb) => {
      await neverBreaks(hostile, `${below ? PATH : ""}${rest}`.replace(/^\/+/, "/"), { method: verb });
    }),
    RUNS,
  );
});

test("headers of any value are answered", async (t) => {
  const hostile = await openHostile(t);
  const name = fc.constantFrom(
    "authorization",
    "dpop",
    "x-request-id",
    "x-forwarded-for",
    "forwarded",
    "content-length",
    "if-none-match",
    "last-event-id",
    "accept",
    "traceparent",
    "content-type",
  );
  const value = fc
    .oneof(
      fc.string({ maxLength: 200 }),
      fc.string({ unit: "binary-ascii", maxLength: 100 }),
      mutated(`Bearer ${hostile.access}`),
    )
    .filter(isHeaderValue);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...ENDPOINTS), name, value, async (path, header, text) => {
      const post = path.startsWith("/oauth/");
      await neverBreaks(hostile, `${PATH}${path}`, {
        method: post ? "POST" : "GET",
        headers: { [header]: text },
        ...(post ? { body: "grant_type=refresh_token" } : {}),
      });
    }),
    RUNS,
  );
});

test("basic credentials of any bytes are a clear refusal", async (t) => {
  const hostile = await openHostile(t);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      const authorization = `Basic ${Buffer.from(bytes).toString("base64")}`;
      const response = await hostile.send(`${PATH}/oauth/introspect`, {
        method: "POST",
        headers: { authorization },
        body: new URLSearchParams({ token: hostile.access }),
      });
      await isClearRefusal(response);
    }),
    RUNS,
  );
});

test("administration answers bodies, queries, paths and tags of any values, and a refused call changes no row", async (t) => {
  const hostile = await openHostile(t);
  const administrator = await hostile.administrator();
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(["member"], ["*:*"], ["hufu.users:read"], true, 1e300, -1, "\u0000", "\ud83d", "spam"),
  );
  const asked = fc.constantFrom(...ADMIN_CALLS).chain(([method, path, names]) =>
    fc.record({
      method: fc.constant(method),
      path: fc.constant(path),
      members: fc.dictionary(fc.constantFrom<string>(...names, "__proto__", "more"), value, { maxKeys: 4 }),
      id: fc.oneof(fc.constant(hostile.userId), fc.webSegment()),
      tag: fc.option(fc.oneof(fc.constant("*"), fc.string({ maxLength: 40 }).filter(isHeaderValue)), {
        nil: undefined,
      }),
      raw: fc.option(fc.json({ maxDepth: 3 }), { nil: undefined, freq: 8 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(asked, async ({ method, path, members, id, tag, raw }) => {
      const query = method === "GET" ? `?${new URLSearchParams(textsOf(members))}` : "";
      const target = `${PATH}/admin${path.replace("{id}", encodeURIComponent(id))}${query}`;
      await neverBreaks(hostile, target, {
        method,
        headers: {
          authorization: `Bearer ${await administrator()}`,
          "content-type": "application/json",
          ...(tag === undefined ? {} : { "if-match": tag }),
        },
        ...(method === "GET" ? {} : { body: raw ?? JSON.stringify(members) }),
      });
    }),
    RUNS,
  );
});

function textsOf(members: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, String(JSON.stringify(value))]));
}
