import assert from "node:assert/strict";
import { test } from "node:test";
import { issuerMetadataUrl, readEndpoint } from "./issuer-metadata.ts";

test("the well-known part goes between host and path", () => {
  for (const [issuer, url] of [
    ["https://api.example.com", "https://api.example.com/.well-known/oauth-authorization-server"],
    ["https://api.example.com/auth", "https://api.example.com/.well-known/oauth-authorization-server/auth"],
    ["https://api.example.com:8443/a/b", "https://api.example.com:8443/.well-known/oauth-authorization-server/a/b"],
    ["http://[::1]:8080/auth", "http://[::1]:8080/.well-known/oauth-authorization-server/auth"],
  ] as const) {
    assert.equal(issuerMetadataUrl(issuer).href, url);
  }
});

test("keys are read from https, or from the issuer itself", () => {
  const at = (issuer: string, jwks_uri: unknown) => readEndpoint({ issuer, jwks_uri }, "jwks_uri", issuer).href;
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
    assert.throws(() => readEndpoint({ issuer, jwks_uri }, "jwks_uri", issuer), Error, String(jwks_uri));
  }
  assert.throws(() =>
    readEndpoint({ issuer: "http://localhost:1", jwks_uri: "http://localhost:2/k" }, "jwks_uri", "http://localhost:1"),
  );
  const jwks_uri = `${issuer}/keys`;
  for (const other of [undefined, `${issuer}/`, "https://api.example.com", "HTTPS://api.example.com/auth", [issuer]]) {
    assert.throws(() => readEndpoint({ issuer: other, jwks_uri }, "jwks_uri", issuer), /another issuer/);
  }
});

test("where secrets are sent to is read by the same rule, and named when it is wrong", () => {
  const issuer = "https://api.example.com/auth";
  const token_endpoint = `${issuer}/oauth/token`;
  assert.equal(readEndpoint({ issuer, token_endpoint }, "token_endpoint", issuer).href, token_endpoint);
  const plain = { issuer, token_endpoint, introspection_endpoint: "http://api.example.com/introspect" };
  assert.throws(() => readEndpoint(plain, "introspection_endpoint", issuer), /the introspection_endpoint is neither/);
  assert.throws(() => readEndpoint({ issuer }, "token_endpoint", issuer), /no token_endpoint/);
});
