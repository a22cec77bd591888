import assert from "node:assert/strict";
import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type Answer, ask } from "./ask.ts";
import { each, meets } from "./cases.ts";
import { claimsOf, granted, headerOf, LOGIN_CODE, newAttempt, refresh, type SignedIn, signIn } from "./mini-program.ts";
import { APP, AUDIENCE, type Served, startServed } from "./served-hufu.ts";

const B64URL = /^[A-Za-z0-9_-]+$/;
type Key = JsonWebKey & { readonly kid?: string; readonly alg?: string; readonly use?: string };

/** RFC 7638 §3.2: the required members in lexicographic order, nothing else, hashed. */
function thumbprint(key: Key): string {
  const members =
    { EC: ["crv", "kty", "x", "y"], OKP: ["crv", "kty", "x"], RSA: ["e", "kty", "n"] }[key.kty ?? ""] ?? [];
  const text = `{${members.map((name) => `"${name}":${JSON.stringify(key[name as keyof JsonWebKey])}`).join(",")}}`;
  return createHash("sha256").update(text).digest("base64url");
}

async function keysOf(served: Served): Promise<readonly Key[]> {
  return (await ask(served.issuer, { path: "/.well-known/jwks.json" })).json["keys"] as Key[];
}

/** Sessions that end before their first access token would, and no openid in it. */
const SHORT_AND_QUIET = { access: "10m", refreshIdle: "30d", refreshAbsolute: "60s", openid: false };

for (const [algorithm, headerAlg, crv] of [
  ["ES256", "ES256", "P-256"],
  ["Ed25519", "Ed25519", "Ed25519"],
  ["RS256", "RS256", undefined],
] as const)
  describe(`with ${algorithm}`, () => {
    let served: Served;
    let tokens: SignedIn;
    before(async () => {
      served = await startServed(
        algorithm === "ES256"
          ? {}
          : { configuration: (base) => ({ ...base, tokens: { algorithm, ...SHORT_AND_QUIET } }) },
      );
      tokens = await signIn(served);
    });
    after(() => served.close());

    test("each published key has kid, alg and use, its kid is its RFC 7638 thumbprint, and nothing private is in it", async () => {
      const keys = await keysOf(served);
      assert.ok(keys.length > 0);
      assert.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length);
      for (const key of keys) {
        assert.equal(key.kid, thumbprint(key));
        assert.equal(key.alg, headerAlg);
        assert.equal(key.use, "sig");
        assert.equal(key.crv, crv);
        for (const name of ["d", "p", "q", "dp", "dq", "qi", "k", "oth"]) assert.ok(!(name in key), name);
      }
    });

    test("an access token verifies with a published key, by node:crypto alone", async () => {
      const header = headerOf(tokens.access_token);
      assert.deepEqual(Object.keys(header).sort(), ["alg", "kid", "typ"]);
      assert.equal(header["typ"], "at+jwt");
      assert.equal(header["alg"], headerAlg);
      const key = (await keysOf(served)).find(({ kid }) => kid === header["kid"]);
      assert.ok(key);
      const parts = tokens.access_token.split(".");
      assert.equal(parts.length, 3);
      for (const part of parts) assert.equal(Buffer.from(part, "base64url").toString("base64url"), part);
      const [head = "", payload = "", signature = ""] = parts;
      const publicKey = createPublicKey({ key, format: "jwk" });
      const isGood = verify(
        algorithm === "Ed25519" ? null : "sha256",
        Buffer.from(`${head}.${payload}`),
        algorithm === "ES256" ? { key: publicKey, dsaEncoding: "ieee-p1363" } : publicKey,
        Buffer.from(signature, "base64url"),
      );
      assert.ok(isGood);
    });

    if (algorithm !== "ES256") {
      test("never lives past the session's absolute end, nor does the refresh token", () => {
        const claims = claimsOf(tokens.access_token);
        assert.ok(Number(claims["exp"]) <= Number(claims["auth_time"]) + 60);
        assert.ok(tokens.expires_in <= 60 && tokens.refresh_token_expires_in <= 60);
      });

      test("carries no openid where that is switched off", () => {
        assert.ok(!("openid" in claimsOf(tokens.access_token)));
      });
    }
  });

describe("the access token (§4), keys and metadata (§1)", () => {
  let served: Served;
  before(async () => {
    served = await startServed();
  });
  after(() => served.close());

  test("has every claim that §4 promises, of the kind that it promises, and no other", async () => {
    const started = Math.floor(Date.now() / 1000);
    const tokens = await signIn(served);
    const claims = claimsOf(tokens.access_token);
    assert.equal(claims["iss"], served.issuer);
    assert.equal(claims["aud"], AUDIENCE);
    assert.equal(claims["client_id"], APP);
    assert.match(String(claims["sub"]), /^u_[\w-]{16,}$/);
    assert.equal(claims["sub"], tokens.user["id"]);
    assert.match(String(claims["sid"]), /^s_[\w-]{22}$/);
    assert.equal(Buffer.from(String(claims["sid"]).slice(2), "base64url").length, 16);
    assert.match(String(claims["jti"]), B64URL);
    assert.match(String(claims["openid"]), /^o[\w-]{27}$/);
    assert.deepEqual(claims["roles"], ["member"]);
    assert.deepEqual([...(claims["permissions"] as string[])].sort(), ["order:create", "order:read:own"]);
    assert.equal(claims["acr"], "platform");
    assert.deepEqual(claims["amr"], ["swk"]);
    for (const name of ["exp", "iat", "auth_time", "ver", "pol"])
      assert.ok(Number.isSafeInteger(claims[name]) && Number(claims[name]) >= 0, `${name}: ${String(claims[name])}`);
    assert.ok(Math.abs(Number(claims["iat"]) - started) <= 5);
    assert.ok(Number(claims["auth_time"]) <= Number(claims["iat"]));
    const promised = "iss aud exp iat jti client_id sub openid sid roles permissions ver pol auth_time acr amr";
    assert.deepEqual(Object.keys(claims).sort(), promised.split(" ").sort());
  });

  test("the answer has the members of §3.4 and no other", async () => {
    const { access_token: _, refresh_token, user, ...rest } = await signIn(served);
    assert.match(refresh_token, /^hr1\.[\w-]+$/);
    assert.equal(rest.token_type, "Bearer");
    assert.ok(rest.refresh_token_expires_in <= 2_592_000 && rest.refresh_token_expires_in > 2_592_000 - 60);
    assert.deepEqual(Object.keys(user).sort(), ["external_id", "id", "new", "roles"]);
  });

  test("lives ten minutes less up to five percent, in no common step, and is at most 900 bytes", async () => {
    const lives: number[] = [];
    const ids = new Set<unknown>();
    let { refresh_token } = await signIn(served);
    for (let n = 0; n < 24; n++) {
      const answer: SignedIn = granted(await refresh(served, refresh_token, newAttempt()));
      refresh_token = answer.refresh_token;
      const { exp, iat, jti } = claimsOf(answer.access_token);
      const life = Number(exp) - Number(iat);
      assert.ok(life >= 570 && life <= 600, `${life} s`);
      assert.ok(
        answer.expires_in <= life && answer.expires_in >= life - 2,
        `expires_in ${answer.expires_in} of ${life}`,
      );
      assert.ok(Buffer.byteLength(answer.access_token) <= 900, `${answer.access_token.length} bytes`);
      lives.push(life);
      ids.add(jti);
    }
    assert.ok(new Set(lives).size > 3, `lives: ${lives.join(" ")}`);
    assert.equal(ids.size, 24);
  });

  for (const where of ["between host and path", "under the path"] as const)
    test(`metadata stand ${where} (RFC 8414 §3)`, async () => {
      const origin = new URL(served.issuer).origin;
      const path = "/.well-known/oauth-authorization-server";
      const url = where === "under the path" ? `${served.issuer}${path}` : `${origin}${path}/auth`;
      const answer = await ask(served.issuer, {
        url,
        headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
      });
      await meets(answer, { status: 200, headers: { "content-type": /^application\/json/ } });
      const { json } = answer;
      assert.equal(json["issuer"], served.issuer);
      assert.deepEqual(json["response_types_supported"], []);
      assert.equal(json["token_endpoint"], `${served.issuer}/oauth/token`);
      assert.equal(json["revocation_endpoint"], `${served.issuer}/oauth/revoke`);
      assert.equal(json["introspection_endpoint"], `${served.issuer}/oauth/introspect`);
      assert.equal(json["jwks_uri"], `${served.issuer}/.well-known/jwks.json`);
      assert.ok(!("authorization_endpoint" in json));
      assert.deepEqual(
        [...(json["grant_types_supported"] as string[])].sort(),
        ["client_credentials", "refresh_token", LOGIN_CODE].sort(),
      );
      const methods = (name: string): string[] =>
        [...(json[`${name}_endpoint_auth_methods_supported`] as string[])].sort();
      assert.deepEqual(methods("token"), ["client_secret_basic", "client_secret_post", "none"]);
      assert.deepEqual(methods("revocation"), ["client_secret_basic", "client_secret_post", "none"]);
      assert.deepEqual(methods("introspection"), ["client_secret_basic", "client_secret_post"]);
      for (const [name, value] of Object.entries(json))
        if (Array.isArray(value) && name !== "response_types_supported") assert.ok(value.length > 0, name);
    });

  const JWKS = "/.well-known/jwks.json";
  each(
    () => served.issuer,
    [
      {
        name: "JWKS may be kept for five minutes and has an ETag",
        ask: { path: JWKS },
        expect: {
          status: 200,
          headers: {
            "cache-control": /^public, max-age=300$/,
            etag: /^(W\/)?"[^"]+"$/,
            "content-type": /^application\/(jwk-set\+)?json/,
          },
        },
      },
      {
        name: "JWKS by HEAD",
        ask: { method: "HEAD", path: JWKS },
        expect: { status: 200, headers: { etag: /./ } },
        silent: true,
      },
      {
        name: "another ETag gets everything",
        ask: { path: JWKS, headers: { "if-none-match": '"another"' } },
        expect: { status: 200 },
      },
    ],
  );
  for (const [name, written] of [
    ["the ETag", (etag: string) => etag],
    ["the ETag, weak", (etag: string) => `W/${etag}`],
    ["a list that holds the ETag", (etag: string) => `"a", ${etag} , "b"`],
    ["a star", () => "*"],
  ] as const)
    test(`If-None-Match with ${name} is 304, with the ETag and without a body`, async () => {
      const etag = String((await ask(served.issuer, { path: JWKS })).headers.etag);
      const answer: Answer = await ask(served.issuer, {
        path: JWKS,
        headers: { "if-none-match": written(etag.replace(/^W\//, "")) },
      });
      await meets(answer, { status: 304, headers: { "cache-control": /max-age=300/ } });
      assert.equal(answer.headers.etag, etag);
      assert.equal(answer.text, "");
    });
});
