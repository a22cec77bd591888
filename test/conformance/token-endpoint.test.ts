import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Answer, type Ask, ask, basic } from "./ask.ts";
import { type Case, each, invalidGrant, invalidRequest, meets } from "./cases.ts";
import { claimsOf, getMe, LOGIN_CODE, newCode, signIn, signInForm, someone } from "./mini-program.ts";
import { rawRequest } from "./raw-request.ts";
import { APP, BACKEND, OTHER_APP, PLAIN_BACKEND, type Served, startServed } from "./served-hufu.ts";
import { openidOf } from "./stand-in-wechat.ts";

let served: Served;
before(async () => {
  served = await startServed();
});
after(() => served.close());
const issuer = (): string => served.issuer;

type Form = Readonly<Record<string, string>>;
const post = (form: NonNullable<Ask["form"]>, headers: Form = {}): Ask => ({
  method: "POST",
  path: "/oauth/token",
  form,
  headers,
});
const signingIn =
  (more: Form = {}): (() => Ask) =>
  () =>
    post(signInForm(served, more));
const without = (form: Form, name: string): Form =>
  Object.fromEntries(Object.entries(form).filter(([n]) => n !== name));
const repeated = (form: Form, name: string, again?: string): [string, string][] => [
  ...Object.entries(form),
  [name, again ?? form[name] ?? "x"],
];
const clientToken: Form = { grant_type: "client_credentials" };
const withSecret = { client_id: BACKEND.id, client_secret: BACKEND.secret };
const granted = { status: 200, headers: { "content-type": /^application\/json/, "cache-control": /no-store/ } };
const FORM = "application/x-www-form-urlencoded";
const encoded = (form: Form): string => new URLSearchParams(form).toString();

const SIGN_IN_SHAPES: readonly (readonly [string, Form, "good" | "bad", "silent"?])[] = [
  ["device_id of one character", { device_id: "a" }, "good"],
  ["device_id of 64 characters", { device_id: "Az09_-".repeat(11).slice(0, 64) }, "good"],
  ["device_id of 65 characters", { device_id: "a".repeat(65) }, "bad"],
  ["device_id with a dot", { device_id: "a.b" }, "bad"],
  ["device_id with a space", { device_id: "a b" }, "bad"],
  ["device_id with a line feed at its end", { device_id: "abc\n" }, "bad"],
  ["device_id in Chinese", { device_id: "手机" }, "bad"],
  ["device_id with NUL", { device_id: "a\0b" }, "bad"],
  ...["phone", "pad", "pc", "devtools", "other"].map(
    (type) => [`device_type ${type}`, { device_type: type }, "good"] as const,
  ),
  ["device_type watch", { device_type: "watch" }, "bad"],
  ["device_type PHONE", { device_type: "PHONE" }, "bad"],
  ["device_type *", { device_type: "*" }, "bad"],
  ["device_type constructor", { device_type: "constructor" }, "bad"],
  ["device_name of 64 characters", { device_name: "设".repeat(64) }, "good"],
  ["device_name of 65 characters", { device_name: "d".repeat(65) }, "bad"],
  ["device_name of 64 astral characters", { device_name: "😀".repeat(64) }, "good", "silent"],
  ["attempt_id of 16 characters", { attempt_id: "A-_0".repeat(4) }, "good"],
  ["attempt_id of 64 characters", { attempt_id: "a1".repeat(32) }, "good"],
  ["attempt_id of 15 characters", { attempt_id: "a".repeat(15) }, "bad"],
  ["attempt_id of 65 characters", { attempt_id: "a".repeat(65) }, "bad"],
  ["attempt_id with a plus", { attempt_id: "aaaaaaaaaaaaaaa+" }, "bad"],
  ["attempt_id with a line feed at its end", { attempt_id: `${"a".repeat(16)}\n` }, "bad"],
  ["context that is an object", { context: '{"inviter":"u_1","scene":1011}' }, "good"],
  ["context of 1024 bytes", { context: JSON.stringify({ a: "b".repeat(1024 - 8) }) }, "good"],
  ["context of 1025 bytes", { context: JSON.stringify({ a: "b".repeat(1025 - 8) }) }, "bad"],
  ["context of few characters but more than 1 KiB", { context: JSON.stringify({ a: "字".repeat(400) }) }, "bad"],
  ["context that is not JSON", { context: "{inviter:1}" }, "bad"],
  ["context cut off", { context: '{"inviter":' }, "bad"],
  ["context with a member __proto__", { context: '{"__proto__":{"roles":["admin"]}}' }, "good", "silent"],
];

describe("the token endpoint takes a POST of a form", () => {
  const whatever = { form: { ...clientToken, ...withSecret } };
  each(issuer, [
    ...["GET", "PUT", "PATCH", "DELETE", "HEAD"].map(
      (method): Case => ({
        name: `${method} is refused and says what is allowed`,
        ask: { method, path: "/oauth/token", ...(method === "GET" || method === "HEAD" ? {} : whatever) },
        expect: { status: 405, headers: { allow: /\bPOST\b/ } },
        silent: true,
      }),
    ),
    {
      name: "GET with everything in the query gives no token",
      ask: { path: `/oauth/token?${encoded({ ...clientToken, ...withSecret })}` },
      expect: { status: 405 },
      silent: true,
    },
    {
      name: "a method override header overrides nothing",
      ask: { path: "/oauth/token", headers: { "x-http-method-override": "POST" } },
      expect: { status: 405 },
      silent: true,
    },
    {
      name: "a content type with a charset",
      ask: () => signInAs({ "content-type": `${FORM}; charset=UTF-8` }),
      expect: granted,
    },
    {
      name: "a content type in capitals",
      ask: () => signInAs({ "content-type": FORM.toUpperCase() }),
      expect: granted,
    },
    ...["application/json", "text/plain", "multipart/form-data; boundary=x", `${FORM}x`, "form", ";"].map(
      (type): Case => ({
        name: `content type ${type}`,
        ask: () => signInAs({ "content-type": type }),
        expect: invalidRequest("content_type_unsupported"),
      }),
    ),
    {
      name: "a form in another alphabet",
      ask: () => signInAs({ "content-type": `${FORM}; charset=gbk` }),
      expect: invalidRequest("content_type_unsupported"),
      silent: true,
    },
    {
      name: "no content type",
      ask: () => ({ method: "POST", path: "/oauth/token", body: encoded(signInForm(served)) }),
      expect: invalidRequest("content_type_unsupported"),
    },
    {
      name: "nothing at all",
      ask: { method: "POST", path: "/oauth/token" },
      expect: invalidRequest(["content_type_unsupported", "parameter_missing"]),
      silent: true,
    },
    {
      name: "JSON under a form's name",
      ask: { ...post({}), body: JSON.stringify({ ...clientToken, ...withSecret }) },
      expect: invalidRequest("parameter_missing"),
    },
    {
      name: "a compressed form",
      ask: () => ({ ...signInAs({ "content-encoding": "gzip" }), body: gzipSync(encoded(signInForm(served))) }),
      expect: invalidRequest(),
      silent: true,
    },
    { name: "a form without a Content-Length", ask: () => ({ ...signInAs({}), chunked: true }), expect: granted },
    {
      name: "a body of a megabyte",
      ask: () => post({ ...signInForm(served), padding: "x".repeat(1 << 20) }, { connection: "close" }),
      expect: invalidRequest("body_too_large"),
    },
    {
      name: "a body of 17 KiB without a Content-Length",
      ask: () => ({ ...post({ ...signInForm(served), padding: "x".repeat(17 * 1024) }), chunked: true }),
      expect: invalidRequest("body_too_large"),
    },
    {
      name: "a body of 17 KiB, more than docs/guides/errors.md allows",
      ask: () => post({ ...signInForm(served), padding: "x".repeat(17 * 1024) }),
      expect: invalidRequest("body_too_large"),
    },
    {
      name: "ten thousand parameters",
      ask: () => ({ ...post({}), body: `${encoded(signInForm(served))}&${"a&".repeat(10_000)}` }),
      expect: invalidRequest(["body_too_large", "parameter_repeated"]),
    },
  ]);

  test("a body of a megabyte without a Content-Length is refused, and the refusal arrives", async () => {
    const head = `POST /auth/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\n`;
    const body = `100000\r\n${"x".repeat(1 << 20)}\r\n0\r\n\r\n`;
    const answer = await rawRequest(
      served.port,
      `${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    );
    await meets(answer, invalidRequest("body_too_large"));
  });

  test("a refusal in the middle of a body either closes the connection and says so, or keeps it (the text is silent)", async () => {
    const size = 4 << 20;
    const socket = connect(served.port, "127.0.0.1");
    let seen = "";
    const over = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const has = (text: string): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => void (seen.includes(text) && resolve());
        socket.on("data", look);
        look();
      });
    socket.on("data", (chunk: Buffer) => {
      seen += chunk.toString("utf8");
    });
    socket.on("error", () => undefined);
    socket.write(
      `POST /auth/oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: ${FORM}\r\nContent-Length: ${size}\r\n\r\n`,
    );
    socket.write("a".repeat(65_536));
    await has("body_too_large");
    const saidClose = /\r\nconnection: close\r\n/i.test(seen);
    socket.write("a".repeat(size - 65_536));
    socket.write("GET /auth/healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await Promise.race([has("200 OK"), over]);
    socket.destroy();
    assert.ok(
      saidClose || seen.includes("200 OK"),
      "said keep-alive, and closed the connection under the next request",
    );
  });

  function signInAs(headers: Form): Ask {
    return {
      method: "POST",
      path: "/oauth/token",
      body: encoded(signInForm(served)),
      headers: { "content-type": FORM, ...headers },
    };
  }
});

describe("every parameter is there once, or not at all", () => {
  each(issuer, [
    ...["grant_type", "client_id", "code"].flatMap((name): Case[] => [
      {
        name: `sign-in without ${name}`,
        ask: () => post(without(signInForm(served), name)),
        expect: invalidRequest("parameter_missing"),
      },
      {
        name: `sign-in with an empty ${name}`,
        ask: () => post({ ...signInForm(served), [name]: "" }),
        expect: invalidRequest("parameter_missing"),
      },
    ]),
    ...["client_id", "refresh_token"].flatMap((name): Case[] => [
      {
        name: `refresh without ${name}`,
        ask: async () => post(without(await refreshForm(), name)),
        expect: invalidRequest("parameter_missing"),
      },
      {
        name: `refresh with an empty ${name}`,
        ask: async () => post({ ...(await refreshForm()), [name]: "" }),
        expect: invalidRequest("parameter_missing"),
      },
    ]),
    ...[
      "grant_type",
      "client_id",
      "code",
      "device_id",
      "device_type",
      "device_name",
      "attempt_id",
      "phone_code",
      "context",
    ].flatMap((name): Case[] => [
      {
        name: `sign-in with ${name} twice, the same`,
        ask: () => post(repeated({ ...SOUND, ...signInForm(served) }, name)),
        expect: invalidRequest("parameter_repeated"),
      },
      {
        name: `sign-in with ${name} twice, once empty`,
        ask: () => post(repeated({ ...SOUND, ...signInForm(served) }, name, "")),
        expect: invalidRequest("parameter_repeated"),
      },
    ]),
    ...["grant_type", "client_id", "refresh_token", "attempt_id"].map(
      (name): Case => ({
        name: `refresh with ${name} twice`,
        ask: async () => post(repeated({ ...(await refreshForm()), attempt_id: "a".repeat(16) }, name)),
        expect: invalidRequest("parameter_repeated"),
      }),
    ),
    {
      name: "client_secret twice",
      ask: post(repeated({ ...clientToken, ...withSecret }, "client_secret")),
      expect: invalidRequest("parameter_repeated"),
    },
    {
      name: "an unknown parameter twice",
      ask: () => post([...Object.entries(signInForm(served)), ["colour", "red"], ["colour", "blue"]]),
      expect: invalidRequest("parameter_repeated"),
      silent: true,
    },
    {
      name: "a parameter twice, once with its name percent-encoded",
      ask: () => ({ ...post({}), body: `${encoded(signInForm(served))}&c%6Fde=another` }),
      expect: invalidRequest("parameter_repeated"),
    },
    ...["device_id", "device_type", "device_name", "attempt_id", "phone_code", "context", "scope"].map(
      (name): Case => ({
        name: `an empty ${name} counts as absent`,
        ask: signingIn({ [name]: "" }),
        expect: granted,
      }),
    ),
    {
      name: "an unknown parameter is ignored",
      ask: signingIn({ colour: "red", __proto__x: "1", "a[b]": "c" }),
      expect: granted,
    },
    { name: "scope is ignored", ask: signingIn({ scope: "admin order:read:all *" }), expect: granted },
    {
      name: "parameters in the query string do not count",
      ask: () => ({
        ...post(without(signInForm(served), "code")),
        path: `/oauth/token?code=${newCode(served, someone())}`,
      }),
      expect: invalidRequest("parameter_missing"),
    },
    {
      name: "a second code in the query string changes nothing",
      ask: () => ({ ...post(signInForm(served)), path: "/oauth/token?code=another&grant_type=password" }),
      expect: granted,
      silent: true,
    },
    ...SIGN_IN_SHAPES.map(
      ([name, form, verdict, silent]): Case => ({
        name: `${name} is ${verdict}`,
        ask: signingIn(form),
        expect: verdict === "good" ? granted : invalidRequest("parameter_invalid"),
        silent: silent !== undefined,
      }),
    ),
    {
      name: "attempt_id of 15 characters at a refresh",
      ask: async () => post({ ...(await refreshForm()), attempt_id: "a".repeat(15) }),
      expect: invalidRequest("parameter_invalid"),
    },
    {
      name: "a context nested five hundred deep is no fault of the server",
      ask: signingIn({ context: "[".repeat(500) + "]".repeat(500) }),
      expect: { status: [200, 400] },
      silent: true,
    },
    {
      name: "a device_name with line breaks and NUL is no fault of the server",
      ask: signingIn({ device_name: "a\r\nSet-Cookie: x=1\0" }),
      expect: { status: [200, 400] },
      silent: true,
    },
  ]);

  const SOUND = {
    device_id: "device-1",
    device_type: "phone",
    device_name: "a phone",
    attempt_id: "attempt-0123456789",
    phone_code: "phone-code",
    context: "{}",
  };
});

async function refreshForm(): Promise<Form> {
  const { refresh_token } = await signIn(served);
  return { grant_type: "refresh_token", client_id: APP, refresh_token };
}

describe("what is damaged is refused, never a fault", () => {
  const raw = (body: string | Buffer): Ask => ({ ...post({}), body });
  const start = encoded({ grant_type: LOGIN_CODE, client_id: APP });
  each(issuer, [
    ...["%", "%Z", "%ZZ", "%G0abc", "%E0%A4%A", "%FF%FE", "%C0%AF", "%ED%A0%80", "%00", "%25%"].map(
      (code): Case => ({
        name: `a code of ${code}`,
        ask: raw(`${start}&code=${code}`),
        expect: {
          status: 400,
          error: ["invalid_request", "invalid_grant"],
          reason: ["parameter_invalid", "login_code_invalid", "content_type_unsupported"],
        },
        silent: true,
      }),
    ),
    ...[
      ["a broken escape in a parameter's name", `${start}&%ZZ=1`],
      ["ampersands alone", "&&&&"],
      ["equals signs alone", "===="],
      ["a byte order mark first", `\ufeff${start}`],
      ["an array in brackets", `${start}&code[]=abc`],
      ["a member __proto__", `${start}&__proto__=1&constructor=2&hasOwnProperty=3`],
    ].map(([name = "", body = ""]): Case => ({ name, ask: raw(body), expect: invalidRequest() })),
    {
      name: "a semicolon as separator",
      ask: raw(start.replace("&", ";")),
      expect: { status: 400, error: "unsupported_grant_type", reason: "grant_unsupported" },
    },
    {
      name: "bytes that are not UTF-8",
      ask: raw(Buffer.concat([Buffer.from(`${start}&code=`), Buffer.from([0xff, 0xfe, 0x80, 0xc3])])),
      expect: { status: 400, error: ["invalid_request", "invalid_grant"] },
      silent: true,
    },
    ...(
      [
        ["of one character", "x"],
        ["with spaces", "not a code"],
        ["with a line break", "code\r\nX: 1"],
        ["with an ampersand and another secret", "abc&secret=stolen"],
        ["in Chinese", "登录凭证登录凭证"],
        ["with NUL", "abc\0def"],
        ["of 8 KB", "c".repeat(8192)],
        ["that nobody issued", "0".repeat(32)],
      ] as const
    ).map(
      ([name, code]): Case => ({
        name: `a code ${name}`,
        ask: signingIn({ code }),
        expect: invalidGrant("login_code_invalid"),
      }),
    ),
    {
      name: "a code of another mini program",
      ask: () => post(signInForm(served, { code: newCode(served, someone(), OTHER_APP.clientId) })),
      expect: invalidGrant("login_code_invalid"),
    },
    ...[
      "__proto__",
      "constructor",
      "wx' OR '1'='1",
      "../../etc/passwd",
      "客户",
      "c".repeat(9000),
      APP.toUpperCase(),
      `${APP} `,
    ].map(
      (id): Case => ({
        name: `client_id ${id.slice(0, 20)}`,
        ask: signingIn({ client_id: id }),
        expect: { status: 401, error: "invalid_client", reason: "client_unknown" },
      }),
    ),
    {
      name: "an appid whose configured id is another one",
      ask: signingIn({ client_id: OTHER_APP.appId }),
      expect: { status: 401, error: "invalid_client", reason: "client_unknown" },
    },
  ]);
});

describe("who may use which grant", () => {
  const unsupported = { status: 400, error: "unsupported_grant_type", reason: "grant_unsupported" };
  const notAllowed = { status: 400, error: "unauthorized_client", reason: "grant_not_allowed" };
  const wrongSecret = { status: 401, error: "invalid_client", reason: "client_secret_wrong" };
  const asBackend = (more: Form, headers: Form = {}): Ask => post({ ...clientToken, ...more }, headers);
  each(issuer, [
    ...[
      "password",
      "authorization_code",
      "implicit",
      "urn:ietf:params:oauth:grant-type:device_code",
      "urn:ietf:params:oauth:grant-type:jwt-bearer",
      LOGIN_CODE.toUpperCase(),
      "Refresh_Token",
      "__proto__",
      "constructor",
      "toString",
      "refresh_token ",
      "g".repeat(5000),
    ].map(
      (grant): Case => ({
        name: `grant_type ${grant.slice(0, 40)}`,
        ask: signingIn({ grant_type: grant, username: "a", password: "b" }),
        expect: unsupported,
      }),
    ),
    { name: "client_credentials by a mini program", ask: post({ ...clientToken, client_id: APP }), expect: notAllowed },
    {
      name: "client_credentials by a mini program that brings a secret",
      ask: post({ ...clientToken, client_id: APP, client_secret: "guess" }),
      expect: { status: [400, 401], error: ["unauthorized_client", "invalid_client"] },
      silent: true,
    },
    {
      name: "a silent sign-in by a back end",
      ask: signingIn({ ...withSecret, code: "c".repeat(32) }),
      expect: notAllowed,
    },
    {
      name: "a silent sign-in in a back end's name without its secret",
      ask: signingIn({ client_id: BACKEND.id, code: "c".repeat(32) }),
      expect: { status: [400, 401], error: ["unauthorized_client", "invalid_client"] },
      silent: true,
    },
    {
      name: "a refresh by a back end",
      ask: async () => post({ ...(await refreshForm()), ...withSecret }),
      expect: {
        status: 400,
        error: ["unauthorized_client", "invalid_grant"],
        reason: ["grant_not_allowed", "refresh_token_invalid"],
      },
      silent: true,
    },
    { name: "a back end, by form", ask: asBackend(withSecret), expect: granted },
    { name: "a back end, by Basic", ask: asBackend({}, { authorization: basic(BACKEND) }), expect: granted },
    {
      name: "Basic in small letters",
      ask: asBackend({}, { authorization: basic(BACKEND).replace("Basic", "basic") }),
      expect: granted,
    },
    {
      name: "a back end whose id and secret need escaping, by Basic",
      ask: asBackend({}, { authorization: basic(PLAIN_BACKEND) }),
      expect: granted,
    },
    {
      name: "a back end whose id and secret need escaping, by form",
      ask: asBackend({ client_id: PLAIN_BACKEND.id, client_secret: PLAIN_BACKEND.secret }),
      expect: granted,
    },
    {
      name: "Basic and form at once",
      ask: asBackend(withSecret, { authorization: basic(BACKEND) }),
      expect: invalidRequest(),
    },
    {
      name: "Basic and the same client_id in the form, which is no second authentication",
      ask: asBackend({ client_id: BACKEND.id }, { authorization: basic(BACKEND) }),
      expect: granted,
      silent: true,
    },
    {
      name: "Basic of one client, client_id of another",
      ask: asBackend({ client_id: PLAIN_BACKEND.id }, { authorization: basic(BACKEND) }),
      expect: { status: [400, 401], error: ["invalid_request", "invalid_client"] },
      silent: true,
    },
    {
      name: "a wrong secret, by form",
      ask: asBackend({ ...withSecret, client_secret: "wrong-secret-of-a-test" }),
      expect: wrongSecret,
    },
    {
      name: "a wrong secret, by Basic",
      ask: asBackend({}, { authorization: basic({ ...BACKEND, secret: "wrong" }) }),
      expect: wrongSecret,
    },
    {
      name: "the secret of another back end",
      ask: asBackend({ client_id: BACKEND.id, client_secret: PLAIN_BACKEND.secret }),
      expect: wrongSecret,
    },
    {
      name: "the right secret and one character more",
      ask: asBackend({ client_id: BACKEND.id, client_secret: `${BACKEND.secret}x` }),
      expect: wrongSecret,
    },
    {
      name: "an unknown back end, by Basic",
      ask: asBackend({}, { authorization: basic({ id: "nobody", secret: "x" }) }),
      expect: wrongSecret,
    },
    {
      name: "an unknown back end, by form",
      ask: asBackend({ client_id: "nobody", client_secret: "x" }),
      expect: wrongSecret,
    },
    {
      name: "a back end without any secret",
      ask: asBackend({ client_id: BACKEND.id }),
      expect: { status: [400, 401], error: ["invalid_client", "invalid_request"] },
      silent: true,
    },
    {
      name: "a back end with an empty secret",
      ask: asBackend({ client_id: BACKEND.id, client_secret: "" }),
      expect: { status: [400, 401], error: ["invalid_client", "invalid_request"] },
      silent: true,
    },
    {
      name: "client_credentials without any client authentication",
      ask: asBackend({}),
      expect: wrongSecret,
    },
    ...[
      "Basic",
      "Basic ",
      "Basic !!!!",
      `Basic ${Buffer.from("no colon").toString("base64")}`,
      "Basic /////w==",
      "Basic %%%",
      `Basic ${"QUFB".repeat(2000)}`,
      `Basic ${Buffer.from("%ZZ:%").toString("base64")}`,
    ].map(
      (authorization): Case => ({
        name: `Authorization: ${authorization.slice(0, 30)}`,
        ask: asBackend({}, { authorization }),
        expect: { status: [400, 401], error: ["invalid_client", "invalid_request"] },
        silent: true,
      }),
    ),
    {
      name: "client credentials in the query string",
      ask: { ...post(clientToken), path: `/oauth/token?${encoded(withSecret)}` },
      expect: { status: [400, 401], error: ["invalid_client", "invalid_request"] },
    },
  ]);

  test("a back end's token belongs to the back end and to no session", async () => {
    const answer = await ask(issuer(), asBackend({ ...withSecret, scope: "admin" }));
    await meets(answer, granted);
    assert.equal(answer.json["token_type"], "Bearer");
    for (const name of ["refresh_token", "refresh_token_expires_in", "user"]) assert.ok(!(name in answer.json), name);
    const claims = claimsOf(String(answer.json["access_token"]));
    assert.equal(claims["sub"], `client:${BACKEND.id}`);
    assert.equal(claims["client_id"], BACKEND.id);
    assert.deepEqual([...(claims["permissions"] as string[])].sort(), [
      "hufu.revocations:read",
      "hufu.tokens:introspect",
    ]);
    for (const name of ["sid", "openid", "uid", "acr"]) assert.ok(!(name in claims), name);
  });
});

describe("who somebody is, the platform says and never the body", () => {
  const HOSTILE: readonly Form[] = [
    { openid: openidOf("victim") },
    { openid: openidOf("victim"), unionid: "union-of-the-victim", user_id: "1", uid: "1", external_id: "1" },
    { sub: "u_AAAAAAAAAAAAAAAAAAAAAA", sid: "s_AAAAAAAAAAAAAAAAAAAAAA" },
    { role: "admin", roles: "admin", permissions: "order:read:all", scope: "admin" },
    {
      roles: '["admin"]',
      claims: '{"roles":["admin"]}',
      acr: "soter",
      auth_time: "1",
      aud: "https://evil.example",
      exp: "9999999999",
    },
    { "roles[]": "admin", "user[roles][]": "admin", is_admin: "true", session_key: "AAAAAAAAAAAAAAAAAAAAAA==" },
  ];
  for (const members of HOSTILE)
    test(`hostile members ${Object.keys(members).join(" ")} are ignored`, async () => {
      const victim = await signIn(served, "victim");
      const user = someone();
      const first = await signIn(served, user);
      const again = await signIn(served, user, members);
      const [plain, hostile] = [claimsOf(first.access_token), claimsOf(again.access_token)];
      for (const name of [
        "sub",
        "openid",
        "aud",
        "iss",
        "roles",
        "permissions",
        "acr",
        "amr",
        "client_id",
        "uid",
        "claims",
      ])
        assert.deepEqual(hostile[name], plain[name], name);
      assert.equal(hostile["openid"], openidOf(user));
      assert.notEqual(hostile["sub"], claimsOf(victim.access_token)["sub"]);
      assert.deepEqual(again.user["roles"], ["member"]);
      const me: Answer = await getMe(served, again.access_token);
      assert.ok(!me.text.includes(openidOf("victim")));
    });
});

describe("answers can be told apart", () => {
  test("each refusal has a request_id of its own", async () => {
    const ids = await Promise.all(
      Array.from(
        { length: 20 },
        async () => (await ask(issuer(), post({ grant_type: "password" }))).json["request_id"],
      ),
    );
    assert.equal(new Set(ids).size, 20);
  });

  test("a request_id of the caller cannot write into ours", async () => {
    const headers = { "x-request-id": 'x","reason":"forged', traceparent: "nonsense" };
    const answer = await ask(issuer(), post({ grant_type: "password" }, headers));
    await meets(answer, { status: 400, reason: "grant_unsupported" });
  });
});

test("neither a token nor a code nor a session_key nor a secret was written to the log", async () => {
  const { refresh_token, access_token } = await signIn(served);
  const code = newCode(served, someone());
  await ask(issuer(), post(signInForm(served, { code })));
  await ask(issuer(), { path: `/me?access_token=${access_token}` });
  for (const secret of [...served.secrets, ...served.platform.sessionKeys, refresh_token, access_token, code])
    assert.ok(!served.log().includes(secret), `the log holds ${secret.slice(0, 8)}…`);
  assert.match(served.log(), /"endpoint":"\/oauth\/token"/);
});
