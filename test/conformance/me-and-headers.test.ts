import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Answer, type Ask, ask, keepsTheRules } from "./ask.ts";
import { type Case, type Expected, each, invalidGrant, invalidToken, meets } from "./cases.ts";
import {
  bearer,
  claimsOf,
  getMe,
  granted,
  newAttempt,
  refresh,
  type SignedIn,
  sidOf,
  signIn,
  someone,
} from "./mini-program.ts";
import { rawRequest } from "./raw-request.ts";
import { APP, BACKEND, type Served, startServed } from "./served-hufu.ts";
import { openidOf } from "./stand-in-wechat.ts";

let served: Served;
let tokens: SignedIn;
before(async () => {
  served = await startServed();
  tokens = await signIn(served);
});
after(() => served.close());
const issuer = (): string => served.issuer;
type Form = Readonly<Record<string, string>>;

async function clientToken(): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: BACKEND.id, client_secret: BACKEND.secret };
  return granted(await ask(issuer(), { path: "/oauth/token", form })).access_token;
}

const MISSING: Expected = {
  status: 401,
  reason: "token_missing",
  headers: { "www-authenticate": /^Bearer\b/, "hufu-reason": /^token_missing$/ },
  also: ({ headers, json }) => {
    assert.ok(!/error=/.test(headers["www-authenticate"] ?? ""), "RFC 6750 §3.1: no error code without credentials");
    assert.ok(!("error" in json), "the body repeats the challenge: no error either");
  },
};
const IN_QUERY: Expected = {
  status: 400,
  error: "invalid_request",
  reason: "token_in_query",
  headers: { "www-authenticate": /^Bearer\b.*error="invalid_request"/, "hufu-reason": /^token_in_query$/ },
};
const REPEATED: Expected = {
  status: 400,
  error: "invalid_request",
  reason: "credentials_repeated",
  headers: { "www-authenticate": /^Bearer\b.*error="invalid_request"/, "hufu-reason": /^credentials_repeated$/ },
};
const MALFORMED = invalidToken("token_malformed");

describe("the forms of an Authorization header (§5)", () => {
  const saying =
    (header: (token: string) => string, more: Partial<Ask> = {}): (() => Ask) =>
    () => ({ path: "/me", headers: { authorization: header(tokens.access_token) }, ...more });
  each(issuer, [
    { name: "none", ask: { path: "/me" }, expect: MISSING },
    { name: "Bearer", ask: saying((token) => `Bearer ${token}`), expect: { status: 200 } },
    ...["bearer", "BEARER", "bEaReR"].map(
      (scheme): Case => ({
        name: `${scheme}: the scheme compares without case`,
        ask: saying((token) => `${scheme} ${token}`),
        expect: { status: 200 },
      }),
    ),
    ...(
      [
        ["two spaces", (token: string) => `Bearer  ${token}`],
        ["a tab", (token: string) => `Bearer\t${token}`],
        ["a space and a tab", (token: string) => `Bearer \t${token}`],
        ["no scheme", (token: string) => token],
        ["the scheme alone", () => "Bearer"],
        ["no space", (token: string) => `Bearer${token}`],
        ["a colon", (token: string) => `Bearer: ${token}`],
        ["an equals sign", (token: string) => `Bearer=${token}`],
        ["quotes", (token: string) => `Bearer "${token}"`],
        ["the scheme twice", (token: string) => `Bearer Bearer ${token}`],
        ["the token twice", (token: string) => `Bearer ${token} ${token}`],
        ["a comma at its end", (token: string) => `Bearer ${token},`],
        ["another scheme", (token: string) => `Token ${token}`],
        ["Basic", () => `Basic ${Buffer.from(`${BACKEND.id}:${BACKEND.secret}`).toString("base64")}`],
        ["a word", () => "Bearer garbage"],
        ["dots", () => "Bearer .."],
        ["padding", (token: string) => `Bearer ${token}=`],
        ["five parts", (token: string) => `Bearer ${token}.a.b`],
        ["JSON", () => 'Bearer {"token":1}'],
        ["undefined", () => "Bearer undefined"],
        ["null", () => "Bearer null"],
        ["a refresh token", () => `Bearer ${tokens.refresh_token}`],
      ] as const
    ).map(([name, header]): Case => ({ name: `${name} is malformed`, ask: saying(header), expect: MALFORMED })),
    {
      name: "an unbound token as DPoP is refused",
      ask: saying((token) => `DPoP ${token}`),
      expect: { status: 401, error: ["invalid_token", "invalid_dpop_proof"] },
    },
    {
      name: "a comma and a second credential",
      ask: saying((token) => `Bearer ${token}, Bearer ${token}`),
      expect: { status: [400, 401], reason: ["credentials_repeated", "token_malformed"] },
      silent: true,
    },
    {
      name: "an empty header",
      ask: saying(() => ""),
      expect: { status: 401, reason: ["token_missing", "token_malformed"] },
      silent: true,
    },
    { name: "12 KB", ask: saying(() => `Bearer ${"a".repeat(12_288)}`), expect: MALFORMED },
    {
      name: "a tampered signature",
      ask: saying((token) => `Bearer ${token.slice(0, -6)}${token.at(-6) === "A" ? "B" : "A"}${token.slice(-5)}`),
      expect: invalidToken("token_signature"),
    },
    {
      name: "alg none",
      ask: saying(
        (token) =>
          `Bearer ${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${token.split(".")[1]}.`,
      ),
      expect: invalidToken(["token_malformed", "token_signature"]),
    },
    {
      name: "a token in the query alone",
      ask: () => ({ path: `/me?access_token=${tokens.access_token}` }),
      expect: IN_QUERY,
    },
    {
      name: "a token in the query beside a good header",
      ask: () => ({ path: `/me?access_token=${tokens.access_token}`, headers: bearer(tokens.access_token) }),
      expect: { status: 400, error: "invalid_request", reason: ["token_in_query", "credentials_repeated"] },
    },
    {
      name: "a token in the query, its name percent-encoded",
      ask: () => ({ path: `/me?a=1&%61ccess_token=${tokens.access_token}` }),
      expect: IN_QUERY,
    },
    { name: "no token says nothing of a proof", ask: { path: "/me", headers: { dpop: "x" } }, expect: { status: 401 } },
  ]);

  const raw = async (lines: readonly (string | Buffer)[]): Promise<Answer> => {
    const fields = lines.flatMap((line) => [Buffer.from(line), Buffer.from("\r\n")]);
    const head = [
      Buffer.from("GET /auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"),
      ...fields,
      Buffer.from("\r\n"),
    ];
    const answer = await rawRequest(served.port, Buffer.concat(head));
    keepsTheRules({ path: "/me" }, answer);
    return answer;
  };
  const good = (): string => `Authorization: Bearer ${tokens.access_token}`;
  test("bytes that are not ASCII are malformed", async () => {
    for (const bytes of [[0xff, 0xfe], [0xe4, 0xbb, 0xa4], [0x80], [0xc3, 0xa9]])
      await meets(await raw([Buffer.concat([Buffer.from("Authorization: Bearer "), Buffer.from(bytes)])]), MALFORMED);
    await meets(await raw([Buffer.concat([Buffer.from(good()), Buffer.from([0xe9])])]), MALFORMED);
  });
  test("two Authorization headers are two credentials", async () => {
    await meets(await raw([good(), good()]), REPEATED);
    await meets(await raw([good(), "Authorization: Bearer garbage"]), REPEATED);
    await meets(await raw(["Authorization: Bearer garbage", good()]), REPEATED);
    await meets(await raw([good(), "AUTHORIZATION: Basic YTpi"]), REPEATED);
  });
  test("64 KB are no fault, whether they are answered or cut off (the text is silent)", async () => {
    const answer = await raw([`Authorization: Bearer ${"a".repeat(65_536)}`]).catch((error: unknown) => error);
    if (answer instanceof Error) assert.match(String(answer), /ECONNRESET|EPIPE/);
    else await meets(answer as Answer, { status: [400, 401, 431] });
    assert.equal((await getMe(served, tokens.access_token)).status, 200);
  });
  test("a folded or control-character header is never a fault (the text is silent)", async () => {
    for (const line of [
      `Authorization: Bearer\r\n ${tokens.access_token}`,
      "Authorization: Bearer a\0b",
      "Authorization : Bearer a",
    ])
      await meets(await raw([line]), { status: [400, 401] });
  });
  test("internal headers from outside are ignored", async () => {
    const headers = {
      "x-user-id": String(tokens.user["id"]),
      "x-forwarded-user": "admin",
      "x-real-ip": "127.0.0.1",
      forwarded: "for=127.0.0.1",
    };
    await meets(await ask(issuer(), { path: "/me", headers }), MISSING);
  });
});

describe("a token for somebody else (§5)", { concurrency: true }, () => {
  /** The same database and keys, told another name: what it mints is genuine and not meant for us. */
  async function elsewhere(member: "audience" | "issuer", value: string): Promise<string> {
    const other = await startServed({
      configuration: (base) => ({
        ...base,
        ...served.configuration,
        listen: base["listen"],
        [member]: value,
      }),
    });
    try {
      const code = served.platform.issue(APP, { openid: openidOf(someone()) });
      const form = { grant_type: "urn:hufu:grant-type:login-code", client_id: APP, code };
      const url = `http://127.0.0.1:${other.port}${new URL(String(other.configuration["issuer"])).pathname}/oauth/token`;
      return granted(await ask(issuer(), { url, form })).access_token;
    } finally {
      await other.close();
    }
  }

  test("another audience is token_audience, and inactive", async () => {
    const token = await elsewhere("audience", "https://other.example");
    assert.equal(claimsOf(token)["aud"], "https://other.example");
    await meets(await getMe(served, token), invalidToken("token_audience"));
  });

  test("another issuer is token_issuer", async () => {
    const token = await elsewhere("issuer", `http://127.0.0.1:${served.port}/other`);
    await meets(await getMe(served, token), invalidToken("token_issuer"));
  });
});

describe("the user's own pages (§7)", () => {
  const sessionsOf = async (token: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const answer = await ask(issuer(), { path: "/me/sessions", headers: bearer(token) });
    assert.equal(answer.status, 200, answer.text);
    return (answer.json["items"] ?? JSON.parse(answer.text)) as readonly Readonly<Record<string, unknown>>[];
  };
  const drop = (token: string, id = ""): Promise<Answer> =>
    ask(issuer(), { method: "DELETE", path: `/me/sessions${id}`, headers: bearer(token) });
  const done: Expected = { status: [200, 204] };

  test("/me says who one is, and nobody else may keep the answer", async () => {
    const answer = await getMe(served, tokens.access_token);
    await meets(answer, {
      status: 200,
      headers: { "cache-control": /no-store/, "content-type": /^application\/json/ },
    });
    assert.equal(answer.json["id"], tokens.user["id"]);
    assert.deepEqual(answer.json["roles"], ["member"]);
    const [identity] = answer.json["identities"] as readonly Readonly<Record<string, unknown>>[];
    assert.equal(identity?.["app"], APP);
    assert.equal(identity?.["openid"], claimsOf(tokens.access_token)["openid"]);
    assert.ok(Number.isSafeInteger(answer.json["created"]));
    for (const name of ["external_id", "phone"]) assert.ok(name in answer.json, name);
    for (const key of served.platform.sessionKeys) assert.ok(!answer.text.includes(key));
  });

  test("/me/sessions lists one's own sessions, and which is this one", async () => {
    const user = someone();
    const here = await signIn(served, user, { device_id: "d-1", device_type: "phone", device_name: "我的手机" });
    const there = await signIn(served, user, { device_id: "d-2", device_type: "pc" });
    const list = await sessionsOf(here.access_token);
    assert.deepEqual(new Set(list.map(({ id }) => id)), new Set([sidOf(here.access_token), sidOf(there.access_token)]));
    assert.deepEqual(
      list.filter(({ current }) => current === true).map(({ id }) => id),
      [sidOf(here.access_token)],
    );
    for (const item of list)
      for (const name of ["id", "device", "app", "created", "last_used", "current"]) assert.ok(name in item, name);
    assert.ok(JSON.stringify(list).includes("我的手机"));
    assert.ok(list.every(({ app }) => app === APP));
  });

  test("DELETE /me/sessions ends all but this one", async () => {
    const user = someone();
    const [here, ...others] = [await signIn(served, user), await signIn(served, user), await signIn(served, user)];
    const stranger = await signIn(served);
    await meets(await drop(here.access_token), done);
    for (const other of others) {
      await meets(await refresh(served, other.refresh_token), invalidGrant("session_logged_out"));
      await meets(await getMe(served, other.access_token), invalidToken("token_revoked"));
    }
    for (const alive of [here, stranger]) granted(await refresh(served, alive.refresh_token));
    assert.equal((await sessionsOf(here.access_token)).length, 1);
  });

  test("DELETE /me/sessions/{sid} ends one of one's own, this one too", async () => {
    const user = someone();
    const [here, there] = [await signIn(served, user), await signIn(served, user)];
    await meets(await drop(here.access_token, `/${sidOf(there.access_token)}`), done);
    await meets(await refresh(served, there.refresh_token), invalidGrant("session_logged_out"));
    granted(await refresh(served, here.refresh_token));
    await meets(await drop(here.access_token, `/${sidOf(there.access_token)}`), { status: [200, 204, 404] });
    await meets(await drop(here.access_token, `/${sidOf(here.access_token)}`), done);
    await meets(await refresh(served, here.refresh_token), invalidGrant("session_logged_out"));
    await meets(await getMe(served, here.access_token), invalidToken("token_revoked"));
  });

  test("somebody else's session is 404, exactly as one that does not exist, and lives", async () => {
    const stranger = await signIn(served);
    const foreign = await drop(tokens.access_token, `/${sidOf(stranger.access_token)}`);
    const none = await drop(tokens.access_token, "/s_AAAAAAAAAAAAAAAAAAAAAA");
    for (const answer of [foreign, none]) await meets(answer, { status: 404, reason: "not_found" });
    assert.deepEqual({ ...foreign.json, request_id: 0 }, { ...none.json, request_id: 0 });
    granted(await refresh(served, stranger.refresh_token));
  });

  for (const id of [
    "s_",
    "s_x",
    "x",
    "%20",
    "%00",
    "%ZZ",
    "%",
    "..%2f..%2fadmin",
    "s_%E4%BB%A4",
    "*",
    "null",
    "__proto__",
    "' OR 1=1 --".replaceAll(" ", "%20"),
    `s_${"A".repeat(6000)}`,
  ])
    test(`a session called ${id.slice(0, 20)} is not found`, async () => {
      await meets(await drop(tokens.access_token, `/${id}`), {
        status: id.startsWith("%Z") || id === "%" ? [400, 404] : 404,
      });
      assert.equal((await getMe(served, tokens.access_token)).status, 200);
    });

  for (const [method, path] of [
    ["GET", "/me"],
    ["GET", "/me/sessions"],
    ["DELETE", "/me/sessions"],
    ["DELETE", "/me/sessions/s_AAAAAAAAAAAAAAAAAAAAAA"],
  ] as const) {
    test(`${method} ${path.slice(0, 15)} without a token`, async () => {
      await meets(await ask(issuer(), { method, path }), MISSING);
    });
    test(`${method} ${path.slice(0, 15)} with a back end's token, which is no user's (the text is silent about the status)`, async () => {
      const answer = await ask(issuer(), { method, path, headers: bearer(await clientToken()) });
      await meets(answer, {
        status: [401, 403],
        error: ["invalid_token", "insufficient_scope", "access_denied"],
        headers: { "hufu-reason": /./ },
      });
    });
  }

  test("a session's end is seen by its oldest access token at once", async () => {
    const mine = await signIn(served);
    const later = granted(await refresh(served, mine.refresh_token, newAttempt()));
    await drop(later.access_token, `/${sidOf(mine.access_token)}`);
    for (const token of [mine.access_token, later.access_token])
      await meets(await getMe(served, token), invalidToken("token_revoked"));
  });
});

describe("everything else (§1)", () => {
  const wrongMethod: Expected = { status: 405, headers: { allow: /[A-Z]/ } };
  const notFound: Expected = { status: 404 };
  const own = (): Form => bearer(tokens.access_token);
  each(issuer, [
    { name: "healthz", ask: { path: "/healthz" }, expect: { status: 200 } },
    { name: "readyz", ask: { path: "/readyz" }, expect: { status: 200 } },
    { name: "healthz by HEAD", ask: { method: "HEAD", path: "/healthz" }, expect: { status: 200 }, silent: true },
    {
      name: "me by HEAD",
      ask: () => ({ method: "HEAD", path: "/me", headers: own() }),
      expect: { status: 200 },
      silent: true,
    },
    { name: "me by HEAD without a token", ask: { method: "HEAD", path: "/me" }, expect: { status: 401 }, silent: true },
    ...["POST", "PUT", "PATCH", "DELETE"].map(
      (method): Case => ({
        name: `${method} healthz`,
        ask: { method, path: "/healthz" },
        expect: wrongMethod,
        silent: true,
      }),
    ),
    ...["POST", "PUT", "PATCH"].map(
      (method): Case => ({
        name: `${method} me`,
        ask: () => ({ method, path: "/me", headers: own(), body: "{}" }),
        expect: wrongMethod,
        silent: true,
      }),
    ),
    {
      name: "POST jwks.json",
      ask: { method: "POST", path: "/.well-known/jwks.json" },
      expect: wrongMethod,
      silent: true,
    },
    ...[
      "/oauth/token",
      "/oauth/revoke",
      "/oauth/introspect",
      "/me",
      "/healthz",
      "/.well-known/jwks.json",
      "/nowhere",
    ].map(
      (path): Case => ({
        name: `OPTIONS ${path} opens nothing by accident`,
        ask: {
          method: "OPTIONS",
          path,
          headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
        },
        expect: {
          status: [200, 204, 404, 405],
          also: ({ headers }) => assert.ok(!("access-control-allow-credentials" in headers)),
        },
        silent: true,
      }),
    ),
    ...[
      "/nowhere",
      "/oauth",
      "/oauth/token/",
      "/oauth/token/x",
      "/oauth/authorize",
      "/oauth/TOKEN",
      "/me/",
      "/me/nothing",
      "/%",
      "/%ZZ",
      "/%00",
      "//",
      "/.env",
      "/.well-known/openid-configuration",
      "/admin",
      "/oauth/token;a=b",
      "/..%2f..%2fetc%2fpasswd",
      "/me%2fsessions",
    ].map(
      (path): Case => ({
        name: `GET ${path} is not found`,
        ask: () => ({ path, headers: own() }),
        expect: /%(ZZ)?$/.test(path) ? { status: [400, 404] } : notFound,
        silent: true,
      }),
    ),
    ...["/", "/oauth/token", "/healthz", "/me", "/authority/healthz", "/AUTH/healthz"].map(
      (path): Case => ({
        name: `${path} outside of the issuer's path is not found`,
        ask: () => ({ url: `http://127.0.0.1:${served.port}${path}` }),
        expect: notFound,
      }),
    ),
    {
      name: "a path of 12 KB",
      ask: { path: `/${"a".repeat(12_000)}` },
      expect: { status: [404, 414, 431] },
      silent: true,
    },
    {
      name: "a body on a GET",
      ask: { method: "GET", path: "/healthz", body: "x".repeat(100) },
      expect: { status: [200, 400] },
      silent: true,
    },
  ]);

  for (const [name, bytes] of [
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["a whole URL as target", "GET http://127.0.0.1/auth/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["a foreign URL as target", "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["a strange Host", "GET /auth/healthz HTTP/1.1\r\nHost: a b<>\r\nConnection: close\r\n\r\n"],
    ["no Host", "GET /auth/healthz HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["an empty Host", "GET /auth/healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"],
    ["HTTP/1.0", "GET /auth/healthz HTTP/1.0\r\n\r\n"],
    ["TRACE", "TRACE /auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["an unknown method", "HUFU /auth/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    ["dot segments", "GET /auth/../auth/./healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
    [
      "bytes in the path",
      Buffer.concat([
        Buffer.from("GET /auth/"),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
      ]),
    ],
    [
      "two lengths",
      "POST /auth/oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    [
      "a length and chunks",
      "POST /auth/oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
  ] as const)
    test(`${name}: no fault, no redirect (the text is silent)`, async () => {
      const answer = await rawRequest(served.port, bytes).catch(() => undefined);
      // A connection that is closed without a word is an answer to CONNECT.
      if (answer !== undefined && answer.status !== 0)
        assert.ok(answer.status === 200 || (answer.status >= 400 && answer.status < 500), answer.text.slice(0, 200));
      assert.equal((await ask(issuer(), { path: "/healthz" })).status, 200);
    });
});
