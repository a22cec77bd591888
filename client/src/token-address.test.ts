import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createTokenAddresses } from "./token-address.ts";

const HOME = "https://api.example.com/v1";
const mayHaveToken = createTokenAddresses([HOME, "http://127.0.0.1:3000", "https://files.example.com/"]);

test("below home it may, however host and port are spelled", () => {
  for (const url of [
    HOME,
    `${HOME}/`,
    `${HOME}?a=1`,
    `${HOME}/orders/7?to=https://evil.example#part`,
    "HTTPS://API.EXAMPLE.COM:443/v1/orders",
    "wss://api.example.com/v1/live",
    "http://127.0.0.1:3000/orders",
    "https://files.example.com/a//b",
  ]) {
    assert.equal(mayHaveToken(url), true, url);
  }
});

test("elsewhere it may not, whatever the address looks like", () => {
  for (const url of [
    "",
    "/orders",
    "//api.example.com/v1",
    "https://api.example.com",
    "https://api.example.com/v10",
    "https://api.example.com/v1/../admin",
    "https://api.example.com/v1/./x",
    "https://api.example.com/v1/%2e%2e/admin",
    "https://api.example.com/v1/%2E./admin",
    "https://api.example.com/v1\\..\\admin",
    "https://api.example.com:8443/v1",
    "http://api.example.com/v1",
    "ftp://api.example.com/v1",
    "https://api.example.com@evil.example/v1",
    "https://api.example.com:443@evil.example/v1",
    "https://evil.example/https://api.example.com/v1",
    "https://evil.example?https://api.example.com/v1",
    "https://evil.example#https://api.example.com/v1",
    "https://api.example.com.evil.example/v1",
    "https://evil.example\\@api.example.com/v1",
    "https:/api.example.com/v1",
    "https:api.example.com/v1",
    " https://api.example.com/v1",
    "https://api.example.com /v1",
    "https://api.example.com\n/v1",
    "https://api.example.com/v1 /x",
    "javascript:alert(1)",
  ]) {
    assert.equal(mayHaveToken(url), false, JSON.stringify(url));
  }
});

test("whatever it says yes to, a real parser of URLs finds at home", () => {
  const piece = fc.constantFrom(
    ..."https:// http:// wss:// api.example.com evil.example 127.0.0.1 :443 :3000 / // \\ @ ? # . .. %2e /v1 v1 orders : ; = & \t \n [::1] 例".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      if (!mayHaveToken(text)) return;
      const url = new URL(text);
      const origin = url.origin.replace(/^ws/, "http");
      const path = `${url.pathname}/`;
      const atHome =
        (origin === "https://api.example.com" && path.startsWith("/v1/")) ||
        origin === "http://127.0.0.1:3000" ||
        origin === "https://files.example.com";
      assert.ok(atHome && url.username === "" && url.password === "", text);
    }),
    { numRuns: 20_000 },
  );
});

test("homes are plain addresses", () => {
  for (const home of ["api.example.com", "https://api.example.com?x", "https://a b", "https://a@b", ""]) {
    assert.throws(() => createTokenAddresses([home]), /is no plain URL/);
  }
});
