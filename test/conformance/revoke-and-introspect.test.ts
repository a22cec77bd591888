import assert from "node:assert/strict";
import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type Answer, type Ask, ask, basic } from "./ask.ts";
import { type Case, each, invalidGrant, invalidRequest, invalidToken, meets } from "./cases.ts";
import { claimsOf, getMe, granted, headerOf, newAttempt, refresh, revoke, signIn } from "./mini-program.ts";
import { APP, BACKEND, OTHER_APP, PLAIN_BACKEND, type Served, startServed } from "./served-hufu.ts";

let served: Served;
before(async () => {
  served = await startServed();
});
after(() => served.close());
const issuer = (): string => served.issuer;
type Form = Readonly<Record<string, string>>;

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** The token with parts replaced and the signature left as it was. */
const altered = (token: string, header: object, claims: object): string =>
  `${encode({ ...headerOf(token), ...header })}.${encode({ ...claimsOf(token), ...claims })}.${token.split(".")[2]}`;

const introspecting = (token: string, more: Form = {}): Ask => ({
  method: "POST",
  path: "/oauth/introspect",
  form: { token, ...more },
  headers: { authorization: basic(BACKEND) },
});
const introspect = (token: string, more: Form = {}): Promise<Answer> => ask(issuer(), introspecting(token, more));
async function isInactive(token: string, more: Form = {}): Promise<void> {
  const answer = await introspect(token, more);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.text, '{"active":false}');
}
async function clientToken(client: { readonly id: string; readonly secret: string } = BACKEND): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: client.id, client_secret: client.secret };
  return granted(await ask(issuer(), { path: "/oauth/token", form })).access_token;
}

/** What somebody might call a token of ours. */
const FORGERIES: readonly (readonly [string, (token: string) => string | Promise<string>])[] = [
  ["a word", () => "garbage"],
  ["dots", () => ".."],
  ["one character changed", (token) => token.slice(0, -4) + (token.at(-4) === "A" ? "B" : "A") + token.slice(-3)],
  ["another sub under the same signature", (token) => altered(token, {}, { sub: "u_AAAAAAAAAAAAAAAAAAAAAA" })],
  ["a later exp under the same signature", (token) => altered(token, {}, { exp: 9_999_999_999 })],
  [
    "alg none without a signature",
    (token) => `${altered(token, { alg: "none" }, {}).split(".").slice(0, 2).join(".")}.`,
  ],
  ["alg noNE with the signature", (token) => altered(token, { alg: "noNE" }, {})],
  ["alg es256", (token) => altered(token, { alg: "es256" }, {})],
  ["an unknown critical extension", (token) => altered(token, { crit: ["exp"] }, {})],
  ["padding", (token) => `${token}=`],
  ["a space at its end", (token) => `${token} `],
  ["a line break inside the signature", (token) => `${token.slice(0, -5)}\n${token.slice(-5)}`],
  ["five parts", (token) => `${token}.a.b`],
  ["JSON serialisation", (token) => JSON.stringify({ payload: token.split(".")[1], signature: token.split(".")[2] })],
  ["a kid with SQL in it", (token) => altered(token, { kid: "x' OR '1'='1" }, {})],
  ["a kid with a path in it", (token) => altered(token, { kid: "../../../../dev/null" }, {})],
  ["a kid with NUL in it", (token) => altered(token, { kid: "a\0b" }, {})],
  ["a kid of 8 KB", (token) => altered(token, { kid: "k".repeat(5000) }, {})],
  ["a kid that is a number", (token) => altered(token, { kid: 7 }, {})],
  ["a kid of __proto__", (token) => altered(token, { kid: "__proto__" }, {})],
  ["a key of its own in the header", (token) => signedBySomebody(token)],
  ["HMAC with the public key as secret", (token) => signedWithThePublicKey(token)],
  ["Chinese", () => "访问令牌"],
  ["ten thousand characters", () => "a".repeat(10_000)],
];

function signedBySomebody(token: string): string {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicKey.export({ format: "jwk" });
  const input = `${encode({ ...headerOf(token), jwk, jku: `${issuer()}/healthz` })}.${encode(claimsOf(token))}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

async function signedWithThePublicKey(token: string): Promise<string> {
  const keys = (await ask(issuer(), { path: "/.well-known/jwks.json" })).json["keys"] as JsonWebKey[];
  const pem = createPublicKey({ key: keys[0] ?? {}, format: "jwk" }).export({ type: "spki", format: "pem" });
  const input = `${encode({ ...headerOf(token), alg: "HS256" })}.${encode(claimsOf(token))}`;
  return `${input}.${createHmac("sha256", pem).update(input).digest("base64url")}`;
}

/** ES256 accepts s and n − s alike: a second string that says the same (docs/reference/threats.md, finding 2). */
function twin(token: string): string {
  const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [head = "", payload = "", signature = ""] = token.split(".");
  const bytes = Buffer.from(signature, "base64url");
  const s = BigInt(`0x${bytes.subarray(32).toString("hex")}`);
  const other = Buffer.from((n - s).toString(16).padStart(64, "0"), "hex");
  return `${head}.${payload}.${Buffer.concat([bytes.subarray(0, 32), other]).toString("base64url")}`;
}

describe("revocation (RFC 7009)", () => {
  const asking = (form: Form, more: Partial<Ask> = {}): Ask => ({
    method: "POST",
    path: "/oauth/revoke",
    form,
    ...more,
  });
  const done = { status: 200, also: ({ text }: Answer) => assert.equal(text, "") };
  each(issuer, [
    { name: "an unknown token is 200", ask: asking({ client_id: APP, token: "unknown" }), expect: done },
    ...FORGERIES.map(
      ([name, forge]): Case => ({
        name: `${name} is 200`,
        ask: async () => asking({ client_id: APP, token: await forge((await signIn(served)).access_token) }),
        expect: { status: 200 },
      }),
    ),
    { name: "no token", ask: asking({ client_id: APP }), expect: invalidRequest("parameter_missing") },
    { name: "an empty token", ask: asking({ client_id: APP, token: "" }), expect: invalidRequest("parameter_missing") },
    {
      name: "a token twice",
      ask: {
        method: "POST",
        path: "/oauth/revoke",
        form: [
          ["client_id", APP],
          ["token", "a"],
          ["token", "b"],
        ],
      },
      expect: invalidRequest("parameter_repeated"),
    },
    {
      name: "an unknown client",
      ask: asking({ client_id: "nobody", token: "a" }),
      expect: { status: 401, error: "invalid_client", reason: "client_unknown" },
    },
    {
      name: "without any client authentication",
      ask: asking({ token: "a" }),
      expect: { status: 401, error: "invalid_client", reason: "client_secret_wrong" },
    },
    {
      name: "a back end with a wrong secret",
      ask: asking({ client_id: BACKEND.id, client_secret: "wrong", token: "a" }),
      expect: { status: 401, error: "invalid_client", reason: "client_secret_wrong" },
    },
    {
      name: "a back end without a secret",
      ask: asking({ client_id: BACKEND.id, token: "a" }),
      expect: { status: [400, 401], error: ["invalid_request", "invalid_client"] },
      silent: true,
    },
    {
      name: "an unknown hint",
      ask: asking({ client_id: APP, token: "a", token_type_hint: "id_token" }),
      expect: { status: 200 },
    },
    { name: "GET", ask: { path: `/oauth/revoke?client_id=${APP}&token=a` }, expect: { status: 405 }, silent: true },
    {
      name: "JSON",
      ask: { method: "POST", path: "/oauth/revoke", body: "{}", headers: { "content-type": "application/json" } },
      expect: invalidRequest("content_type_unsupported"),
    },
    {
      name: "a body of a megabyte",
      ask: asking({ client_id: APP, token: "t".repeat(1 << 20) }, { headers: { connection: "close" } }),
      expect: invalidRequest("body_too_large"),
    },
  ]);

  for (const hint of [undefined, "refresh_token", "access_token", "nonsense"])
    test(`a refresh token with hint ${hint ?? "none"} ends its session, access tokens included; a second time is 200`, async () => {
      const { access_token, refresh_token } = await signIn(served);
      const more = hint === undefined ? {} : { token_type_hint: hint };
      await meets(await revoke(served, refresh_token, more), done);
      await meets(await refresh(served, refresh_token), invalidGrant("session_logged_out"));
      const refused = await getMe(served, access_token);
      await meets(refused, invalidToken("token_revoked"));
      assert.equal(refused.json["why"], "logged_out");
      await isInactive(access_token);
      await meets(await revoke(served, refresh_token), done);
    });

  test("a child that was not used yet ends the session too", async () => {
    const { refresh_token } = await signIn(served);
    const child = granted(await refresh(served, refresh_token, newAttempt())).refresh_token;
    await revoke(served, child);
    for (const token of [refresh_token, child])
      await meets(await refresh(served, token), invalidGrant("session_logged_out"));
  });

  for (const hint of [undefined, "access_token", "refresh_token"])
    test(`an access token with hint ${hint ?? "none"} ends alone, and its session lives`, async () => {
      const { access_token, refresh_token } = await signIn(served);
      const other = granted(await refresh(served, refresh_token, newAttempt()));
      await meets(await revoke(served, access_token, hint === undefined ? {} : { token_type_hint: hint }), done);
      const refused = await getMe(served, access_token);
      await meets(refused, invalidToken("token_revoked"));
      assert.equal(refused.json["why"], "logged_out");
      await isInactive(access_token);
      assert.equal((await getMe(served, other.access_token)).status, 200);
      granted(await refresh(served, other.refresh_token));
      await meets(await revoke(served, access_token), done);
    });

  test("the twin of a revoked access token is as revoked as it", async () => {
    const { access_token } = await signIn(served);
    await revoke(served, access_token);
    assert.equal((await getMe(served, twin(access_token))).status, 401);
    await isInactive(twin(access_token));
  });

  test("a forged token revokes nothing, of any session that it names", async () => {
    const { access_token, refresh_token } = await signIn(served);
    for (const [, forge] of FORGERIES) {
      const forgery = await forge(access_token);
      // What is the token again once white space is trimmed would rightly be revoked by a server that trims.
      if (forgery.trim() !== access_token) await revoke(served, forgery);
    }
    for (let at = 4; at < 100; at += 19)
      await revoke(
        served,
        refresh_token.slice(0, at) + (refresh_token[at] === "A" ? "B" : "A") + refresh_token.slice(at + 1),
      );
    assert.equal((await getMe(served, access_token)).status, 200);
    granted(await refresh(served, refresh_token));
  });

  for (const [name, client] of [
    ["another mini program", { client_id: OTHER_APP.clientId }],
    ["a back end", { client_id: BACKEND.id, client_secret: BACKEND.secret }],
  ] as const)
    test(`${name} revokes nothing of this one (the text is silent about the status)`, async () => {
      const { access_token, refresh_token } = await signIn(served);
      for (const token of [access_token, refresh_token])
        await meets(await revoke(served, token, client), { status: [200, 400, 403] });
      assert.equal((await getMe(served, access_token)).status, 200);
      granted(await refresh(served, refresh_token));
    });

  test("a back end revokes its own token", async () => {
    const token = await clientToken();
    await meets(await revoke(served, token, { client_id: BACKEND.id, client_secret: BACKEND.secret }), done);
    await isInactive(token);
  });
});

describe("introspection (RFC 7662)", () => {
  test("a live token is active, with what it says", async () => {
    const { access_token } = await signIn(served);
    const { json, status, headers } = await introspect(access_token);
    assert.equal(status, 200);
    assert.match(headers["content-type"] ?? "", /^application\/json/);
    assert.equal(json["active"], true);
    const claims = claimsOf(access_token);
    for (const name of [
      "iss",
      "aud",
      "sub",
      "client_id",
      "exp",
      "iat",
      "jti",
      "sid",
      "roles",
      "permissions",
      "auth_time",
      "acr",
    ])
      assert.deepEqual(json[name], claims[name], name);
    if ("token_type" in json) assert.equal(json["token_type"], "Bearer");
  });

  test("a back end's token is active too", async () => {
    const { json } = await introspect(await clientToken(PLAIN_BACKEND));
    assert.equal(json["active"], true);
    assert.equal(json["sub"], `client:${PLAIN_BACKEND.id}`);
  });

  test("a hint changes nothing", async () => {
    const { access_token } = await signIn(served);
    for (const token_type_hint of ["access_token", "refresh_token", "nonsense"])
      assert.equal((await introspect(access_token, { token_type_hint })).json["active"], true);
  });

  for (const [name, forge] of FORGERIES)
    test(`${name} is inactive, and nothing more is said`, async () => {
      const { access_token } = await signIn(served);
      await isInactive(await forge(access_token));
    });

  test("what a session's end leaves behind is inactive", async () => {
    const first = await signIn(served, "introspected", { device_id: "device-1" });
    const later = granted(await refresh(served, first.refresh_token));
    await signIn(served, "introspected", { device_id: "device-1" });
    for (const token of [first.access_token, later.access_token, first.refresh_token, later.refresh_token])
      await isInactive(token);
  });

  test("a refresh token is no access token, and is not described to a back end (the text is silent)", async () => {
    const { refresh_token } = await signIn(served);
    const answer = await introspect(refresh_token);
    assert.equal(answer.status, 200);
    assert.ok(!answer.text.includes("openid"));
  });

  const form = { token: "a" };
  const asking = (more: Form, headers: Form = {}): Ask => ({
    method: "POST",
    path: "/oauth/introspect",
    form: { ...form, ...more },
    headers,
  });
  each(issuer, [
    {
      name: "GET",
      ask: { path: "/oauth/introspect?token=a", headers: { authorization: basic(BACKEND) } },
      expect: { status: 405 },
      silent: true,
    },
    { name: "by form", ask: asking({ client_id: BACKEND.id, client_secret: BACKEND.secret }), expect: { status: 200 } },
    { name: "no token", ask: () => introspecting(""), expect: invalidRequest("parameter_missing") },
    {
      name: "a token twice",
      ask: {
        ...introspecting("a"),
        form: [
          ["token", "a"],
          ["token", "a"],
        ],
      },
      expect: invalidRequest("parameter_repeated"),
    },
    {
      name: "without any client authentication",
      ask: asking({}),
      expect: { status: 401, error: "invalid_client", reason: "client_secret_wrong" },
    },
    {
      name: "a mini program, which is a public client",
      ask: asking({ client_id: APP }),
      expect: {
        status: [400, 401, 403],
        error: ["invalid_client", "unauthorized_client", "access_denied", "insufficient_scope"],
      },
      silent: true,
    },
    {
      name: "a mini program with an empty secret, by Basic",
      ask: asking({}, { authorization: basic({ id: APP, secret: "" }) }),
      expect: { status: [400, 401, 403] },
      silent: true,
    },
    {
      name: "a back end without the permission",
      ask: asking({}, { authorization: basic(PLAIN_BACKEND) }),
      expect: { status: [400, 403], error: ["unauthorized_client", "access_denied", "insufficient_scope"] },
      silent: true,
    },
    {
      name: "a wrong secret",
      ask: asking({}, { authorization: basic({ ...BACKEND, secret: "wrong" }) }),
      expect: {
        status: 401,
        error: "invalid_client",
        reason: "client_secret_wrong",
        headers: { "www-authenticate": /^Basic/ },
      },
    },
    {
      name: "an unknown back end",
      ask: asking({}, { authorization: basic({ id: "nobody", secret: "x" }) }),
      expect: { status: 401, error: "invalid_client", reason: "client_secret_wrong" },
    },
    {
      name: "Basic and form at once",
      ask: asking({ client_id: BACKEND.id, client_secret: BACKEND.secret }, { authorization: basic(BACKEND) }),
      expect: invalidRequest(),
    },
    {
      name: "a user's access token instead of client authentication",
      ask: async () => asking({}, { authorization: `Bearer ${(await signIn(served)).access_token}` }),
      expect: { status: [400, 401], error: ["invalid_client", "invalid_request", "invalid_token"] },
      silent: true,
    },
    {
      name: "a back end's access token instead of client authentication (§1)",
      ask: async () => asking({}, { authorization: `Bearer ${await clientToken()}` }),
      expect: { status: [400, 401] },
    },
    {
      name: "JSON",
      ask: {
        ...introspecting("a"),
        form: {},
        body: '{"token":"a"}',
        headers: { authorization: basic(BACKEND), "content-type": "application/json" },
      },
      expect: invalidRequest("content_type_unsupported"),
    },
  ]);
});
