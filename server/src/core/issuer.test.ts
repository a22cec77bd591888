import assert from "node:assert/strict";
import { test } from "node:test";
import { checkIssuer } from "./issuer.ts";

test("an issuer that is missing is called missing", () => {
  const nothing: { issuer?: string } = {};
  assert.throws(() => checkIssuer(nothing.issuer as string), /^TypeError: issuer: it is missing$/);
});

test("https, and http on this machine alone, are issuers", () => {
  for (const issuer of [
    "https://api.example.com",
    "https://api.example.com/auth",
    "https://api.example.com:8443/a/b",
    "http://localhost:8080",
    "http://127.0.0.1:8080/auth",
    "http://127.8.8.8",
    "http://[::1]:8080",
  ]) {
    assert.equal(checkIssuer(issuer), issuer);
  }
});

test("anything else is a mistake, named", () => {
  for (const issuer of [
    "",
    "api.example.com",
    "http://api.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "ftp://api.example.com",
    "https://api.example.com/",
    "https://api.example.com/auth/",
    "https://api.example.com?x=1",
    "https://api.example.com?",
    "https://api.example.com/auth#",
    "https://user@api.example.com",
    "https://user:word@api.example.com",
    " https://api.example.com",
    "https://api.example.com\n",
    "file:///etc/hosts",
  ]) {
    assert.throws(() => checkIssuer(issuer), { name: "TypeError", message: /^issuer: / }, JSON.stringify(issuer));
  }
});
