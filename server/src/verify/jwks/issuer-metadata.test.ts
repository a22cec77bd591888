import assert from "node:assert/strict";
import { test } from "node:test";
import { issuerAddress } from "../issuer-address.ts";
import { createIssuerServer } from "../issuer-server.fixture.ts";
import { fetchMetadata, readEndpoint } from "./issuer-metadata.ts";

test("the well-known part goes between host and path, and a copy is below the issuer", () => {
  for (const [issuer, ...urls] of [
    ["https://api.example.com", "https://api.example.com/.well-known/oauth-authorization-server"],
    [
      "https://api.example.com/auth",
      "https://api.example.com/.well-known/oauth-authorization-server/auth",
      "https://api.example.com/auth/.well-known/oauth-authorization-server",
    ],
    [
      "http://[::1]:8080/a/b",
      "http://[::1]:8080/.well-known/oauth-authorization-server/a/b",
      "http://[::1]:8080/a/b/.well-known/oauth-authorization-server",
    ],
  ] as const) {
    assert.deepEqual(
      issuerAddress(issuer).descriptions.map(({ href }) => href),
      urls,
    );
  }
});

const issuerAt = "https://api.example.com/auth";
const STANDARD = "https://api.example.com/.well-known/oauth-authorization-server/auth";
const COPY = `${issuerAt}/.well-known/oauth-authorization-server`;
const never = new AbortController().signal;

test("a proxy that forwards only the issuer's path hides the standard place; the copy below the issuer is read then", async () => {
  const others = [
    () => new Response("nothing here", { status: 404 }),
    () => new Response("<html>the shop</html>"),
    () => new Response(null, { status: 302, headers: { location: "https://www.example.com" } }),
    () => Response.json({ issuer: "https://elsewhere.example.com" }),
    () => Promise.reject(new TypeError("fetch failed")),
  ];
  for (const other of others) {
    const server = createIssuerServer(issuerAt);
    server.answer(STANDARD, other);
    server.answer(COPY, () => Response.json({ issuer: issuerAt, jwks_uri: `${issuerAt}/keys` }));
    const metadata = await fetchMetadata(server.fetch, issuerAddress(issuerAt), never);
    assert.equal(metadata["jwks_uri"], `${issuerAt}/keys`);
    assert.deepEqual(server.requests, [STANDARD, COPY]);
  }
});

test("where neither place describes the issuer, the error names both URLs and what was wrong at each", async () => {
  const server = createIssuerServer(issuerAt);
  server.answer(STANDARD, () => Response.json({ issuer: "https://elsewhere.example.com" }));
  await assert.rejects(fetchMetadata(server.fetch, issuerAddress(issuerAt), never), {
    message:
      `GET ${STANDARD}: this is another issuer's metadata, not that of ${issuerAt}; ` +
      `GET ${COPY}: answered with status 404`,
  });
});

test("an internal URL takes the place of the issuer in every address, and in no other", () => {
  const address = issuerAddress(issuerAt, "https://hufu.internal:8443/sso/");
  assert.deepEqual(
    address.descriptions.map(({ href }) => href),
    ["https://hufu.internal:8443/sso/.well-known/oauth-authorization-server"],
  );
  const metadata = {
    issuer: issuerAt,
    token_endpoint: `${issuerAt}/oauth/token?a=1`,
    jwks_uri: "https://cdn.example/k",
  };
  assert.equal(
    readEndpoint(metadata, "token_endpoint", address).href,
    "https://hufu.internal:8443/sso/oauth/token?a=1",
  );
  assert.equal(readEndpoint(metadata, "jwks_uri", address).href, "https://cdn.example/k");
  assert.equal(address.reach(new URL(`${issuerAt}ority/x`)).href, `${issuerAt}ority/x`);
});

test("an internal URL is https, or http where that is said loudly", () => {
  for (const [url, message] of [
    ["http://hufu-1:8080/auth", /plain http.*dangerouslyUsePlainHttpInternally: true/],
    ["hufu-1:8080", /is not a URL/],
    ["", /is not a URL/],
    ["ftp://hufu-1/auth", /is not a URL/],
    ["https://user:word@hufu-1/auth", /may have no query, fragment or user name/],
    ["https://hufu-1/auth?a=1", /may have no query/],
  ] as const) {
    assert.throws(() => issuerAddress(issuerAt, url), { name: "TypeError", message });
  }
  for (const url of ["https://hufu-1/auth", "http://127.0.0.1:8080/auth", "http://localhost:8080"]) {
    assert.ok(issuerAddress(issuerAt, url));
  }
  assert.ok(issuerAddress(issuerAt, "http://hufu-1:8080/auth", true));
});

test("keys are read from https, or from the issuer itself", () => {
  const at = (issuer: string, jwks_uri: unknown) =>
    readEndpoint({ issuer, jwks_uri }, "jwks_uri", issuerAddress(issuer)).href;
  const issuer = "https://api.example.com/auth";
  assert.equal(at(issuer, `${issuer}/.well-known/jwks.json`), `${issuer}/.well-known/jwks.json`);
  assert.equal(at(issuer, "https://cdn.example.net/keys"), "https://cdn.example.net/keys");
  assert.equal(at("http://localhost:8080", "http://localhost:8080/keys"), "http://localhost:8080/keys");
});

test("keys from anywhere else, or another issuer's description, are refused", () => {
  const issuer = "https://api.example.com/auth";
  for (const jwks_uri of [
    undefined,
    null,
    7,
    "",
    "/keys",
    "http://api.example.com/keys",
    "http://localhost/keys",
    "file:///keys.json",
    "data:application/json,{}",
    "https://user:word@api.example.com/keys",
  ]) {
    assert.throws(() => readEndpoint({ issuer, jwks_uri }, "jwks_uri", issuerAddress(issuer)), Error, String(jwks_uri));
  }
  assert.throws(() =>
    readEndpoint(
      { issuer: "http://localhost:1", jwks_uri: "http://localhost:2/k" },
      "jwks_uri",
      issuerAddress("http://localhost:1"),
    ),
  );
  const jwks_uri = `${issuer}/keys`;
  for (const other of [undefined, `${issuer}/`, "https://api.example.com", "HTTPS://api.example.com/auth", [issuer]]) {
    assert.throws(() => readEndpoint({ issuer: other, jwks_uri }, "jwks_uri", issuerAddress(issuer)), /another issuer/);
  }
});

test("where secrets are sent to is read by the same rule, and named when it is wrong", () => {
  const issuer = "https://api.example.com/auth";
  const token_endpoint = `${issuer}/oauth/token`;
  assert.equal(readEndpoint({ issuer, token_endpoint }, "token_endpoint", issuerAddress(issuer)).href, token_endpoint);
  const plain = { issuer, token_endpoint, introspection_endpoint: "http://api.example.com/introspect" };
  assert.throws(
    () => readEndpoint(plain, "introspection_endpoint", issuerAddress(issuer)),
    /the introspection_endpoint of .* is neither/,
  );
  assert.throws(() => readEndpoint({ issuer }, "token_endpoint", issuerAddress(issuer)), /no token_endpoint/);
});
