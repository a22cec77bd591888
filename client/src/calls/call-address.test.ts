import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createCallAddresses } from "./call-address.ts";

const BASE = "https://api.example.com/v1";
const addressOf = createCallAddresses([BASE, "http://127.0.0.1:3000", "https://files.example.com/"]);
const mayHaveToken = (url: string): boolean => addressOf(url).tokenFor !== undefined;

test("below a base the token goes along, however host and port are spelled", () => {
  for (const url of [
    BASE,
    `${BASE}/`,
    `${BASE}?a=1`,
    `${BASE}/orders/7?to=https://evil.example#part`,
    "HTTPS://API.EXAMPLE.COM:443/v1/orders",
    "wss://api.example.com/v1/live",
    "http://127.0.0.1:3000/orders",
    "https://files.example.com/a//b",
  ]) {
    assert.deepEqual([mayHaveToken(url), addressOf(url).url], [true, url], url);
  }
});

test("spaces and characters outside ASCII are encoded, and what is encoded already stays", () => {
  for (const [asked, path] of [
    ["/files/Q3 report.pdf", "/files/Q3%20report.pdf"],
    ["/files/Q3%20report.pdf", "/files/Q3%20report.pdf"],
    ["/files/100%.pdf", "/files/100%.pdf"],
    ["/files/季度\u3000报告.pdf", "/files/%E5%AD%A3%E5%BA%A6%E3%80%80%E6%8A%A5%E5%91%8A.pdf"],
    ["/u/😀", "/u/%F0%9F%98%80"],
    ["/search?q=手机 壳#顶", "/search?q=%E6%89%8B%E6%9C%BA%20%E5%A3%B3#%E9%A1%B6"],
    ["/a\u00a0b\tc\nd", "/a%C2%A0b%09c%0Ad"],
    ["/files/.hidden", "/files/.hidden"],
    ["/u/..a", "/u/..a"],
    ["/u/...", "/u/..."],
    ["/u/a..", "/u/a.."],
    ["/.well-known/x", "/.well-known/x"],
    ["orders", "/orders"],
    ["", ""],
  ] as const) {
    assert.deepEqual(addressOf(asked), { url: BASE + path, tokenFor: "https://api.example.com:443", unclear: false });
  }
  assert.equal(addressOf(`${BASE}/ü`).url, `${BASE}/%C3%BC`);
});

test("elsewhere a readable address goes without the token", () => {
  for (const url of [
    "https://api.example.com",
    "https://api.example.com/v10",
    "https://api.example.com:8443/v1",
    "http://api.example.com/v1",
    "https://evil.example/https://api.example.com/v1",
    "https://evil.example?https://api.example.com/v1",
    "https://evil.example#https://api.example.com/v1",
    "https://api.example.com.evil.example/v1",
  ]) {
    assert.deepEqual(addressOf(url), { url, tokenFor: undefined, unclear: false }, url);
  }
});

test("an address that cannot be read is unclear, and is never given the token", () => {
  for (const url of [
    "//api.example.com/v1",
    "/../admin",
    "/./x",
    "/x/..",
    "/..;/admin",
    "/..%2fadmin",
    "/%2e%2E/admin",
    "/x%2f..%5cy",
    "/a\\..\\b",
    "/half \ud800 pair",
    "https://api.example.com/v1/../admin",
    "https://api.example.com/v1/%2e%2e/admin",
    "https://api.example.com/v1\\..\\admin",
    "ftp://api.example.com/v1",
    "https://api.example.com@evil.example/v1",
    "https://api.example.com:443@evil.example/v1",
    "https://evil.example\\@api.example.com/v1",
    "https:/api.example.com/v1",
    "https:api.example.com/v1",
    "https://api.example.com /v1",
    "https://api.example.com\n/v1",
    "https://例子.example/v1",
    "javascript:alert(1)",
  ]) {
    const { tokenFor, unclear } = addressOf(url);
    assert.deepEqual([tokenFor, unclear], [undefined, true], JSON.stringify(url));
  }
});

test("a real parser of URLs finds every address that gets the token below a base", () => {
  const piece = fc.constantFrom(
    ..."https:// http:// wss:// api.example.com evil.example 127.0.0.1 :443 :3000 / // \\ @ ? # . .. %2e %2f /v1 v1 orders : ; = & \t \n [::1] 例".split(
      " ",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
      const { url: text, tokenFor } = addressOf(pieces.join(""));
      if (tokenFor === undefined) return;
      const url = new URL(text);
      const origin = url.origin.replace(/^ws/, "http");
      const path = `${url.pathname}/`;
      const isBelow =
        (origin === "https://api.example.com" && path.startsWith("/v1/")) ||
        origin === "http://127.0.0.1:3000" ||
        origin === "https://files.example.com";
      assert.ok(isBelow && url.username === "" && url.password === "", text);
    }),
    { numRuns: 20_000 },
  );
});

test("a base that is not in its plain form is refused by name", () => {
  for (const base of ["api.example.com", "https://api.example.com?x", "https://a b", "https://a@b", ""]) {
    assert.throws(() => createCallAddresses([base]), /is no plain URL/);
  }
});
