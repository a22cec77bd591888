// The file as a mini program gets it: its size, its syntax, and that another engine runs it.
import assert from "node:assert/strict";
import { createHmac, createPrivateKey, createPublicKey, hash, randomBytes, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";
import { buildForMiniPrograms } from "../../tools/build-client.ts";
import { QUICKJS_PHONE } from "./quickjs-phone.ts";

/** Gzipped (B14). */
const LARGEST_BYTES = { index: 10_240, proof: 24_576, "request-mac": 8192 } as const;
const FILES = ["index", "proof", "request-mac"] as const;

const folder = mkdtempSync(join(tmpdir(), "hufu-built-"));
const code = { index: "", proof: "", "request-mac": "" };
before(async () => {
  await buildForMiniPrograms(folder);
  for (const file of FILES) code[file] = readFileSync(join(folder, `${file}.js`), "utf8");
});
after(() => rmSync(folder, { recursive: true }));

for (const file of FILES) {
  test(`${file}.js is at most ${LARGEST_BYTES[file]} bytes gzipped (B14)`, () => {
    const bytes = gzipSync(code[file], { level: 9 }).length;
    assert.ok(bytes <= LARGEST_BYTES[file], `${bytes} bytes`);
  });

  test(`${file}.js has no syntax and no globals that phones lack`, () => {
    // Texts may hold anything; only code counts.
    const bare = code[file].replace(/\/\*[\s\S]*?\*\//g, "").replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
    for (const [what, looks] of [
      ["optional chaining", /\?\.(?!\d)/],
      ["??", /\?\?/],
      ["optional catch binding", /catch\s*\{/],
      ["object spread", /\{\s*\.\.\./],
      ["a class field", /class[^{]*\{\s*[\w$]+\s*[=;]/],
      ["BigInt", /\b\d+n\b/],
      ["a numeric separator", /\d_\d/],
      ["dynamic import", /\bimport\s*\(/],
      ["look-behind", /\(\?<[=!]/],
      ["named groups", /\(\?<[a-zA-Z]/],
      ["eval", /\beval\s*\(|new Function/],
      [
        "a global of browsers or Node",
        /\b(new URL|URLSearchParams|TextEncoder|fetch\(|crypto\.|atob\(|btoa\(|Buffer\.|process\.|window\.|localStorage|queueMicrotask|AbortController|structuredClone)/,
      ],
    ] as const) {
      assert.doesNotMatch(bare, looks, what);
    }
  });
}

/** The built files in another engine, which has nothing but the language. */
async function openQuickJs() {
  const quickjs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));
  const vm = quickjs.newContext();
  const run = (source: string): unknown => {
    const handle = vm.unwrapResult(vm.evalCode(source));
    const value: unknown = vm.dump(handle);
    if (handle.alive) handle.dispose();
    return value;
  };
  const settle = (): void => {
    for (let turn = 0; turn < 2000; turn += 1) {
      vm.runtime.executePendingJobs();
      if (run("pump()") === false) return;
    }
  };
  const load = (file: keyof typeof code, name: string = file): void => {
    run(`var module = { exports: {} }; (function (module, exports) {${code[file]}\n})(module, module.exports);
      var ${name} = module.exports;`);
  };
  run(QUICKJS_PHONE);
  return { run, settle, load, close: () => vm.dispose() };
}

test("QuickJS runs it: a sign-in, a call, an expired token, a kick", async () => {
  const { run, settle, load, close } = await openQuickJs();
  load("index");
  run(`
    var client = index.createClient({ baseURL: "https://api.example.com" });
    var told = [];
    function tell(word) { return function (value) { told.push(word + " " + (value.statusCode || value.reason)); }; }
    client.get("/orders").then(tell("first"), tell("failed"));
  `);
  settle();
  run(`phone.refuse = "token_expired"; client.get("/orders").then(tell("second"), tell("failed"));`);
  settle();
  run(
    `phone.refuse = "token_revoked"; phone.kicked = true; client.get("/orders").then(tell("third"), tell("failed"));`,
  );
  settle();
  assert.deepEqual(run("told"), ["first 200", "second 200", "failed session_kicked"]);
  assert.deepEqual(run("phone.grants"), ["login-code", "refresh_token", "refresh_token"]);
  close();
});

/** Holds a proof against Node's own Ed25519, and gives what it claims. */
function checkedClaims(proof: string, seed: Buffer): Readonly<Record<string, unknown>> {
  const [head = "", body = "", signature = ""] = proof.split(".");
  // PKCS #8 of an Ed25519 key: a fixed beginning, and the 32 bytes.
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  const { x } = publicKey.export({ format: "jwk" });
  const header = JSON.parse(Buffer.from(head, "base64url").toString());
  assert.deepEqual(header, { typ: "dpop+jwt", alg: "EdDSA", jwk: { kty: "OKP", crv: "Ed25519", x } });
  assert.ok(verify(null, Buffer.from(`${head}.${body}`), publicKey, Buffer.from(signature, "base64url")));
  return JSON.parse(Buffer.from(body, "base64url").toString());
}

for (const engine of ["with BigInt", "without BigInt"] as const) {
  test(`QuickJS ${engine} makes proofs that Node's own Ed25519 accepts`, async () => {
    const { run, settle, load, close } = await openQuickJs();
    if (engine === "without BigInt") run("delete globalThis.BigInt;");
    // A signature by BigInt makes some; one that fell back to the plain library makes none.
    else run("var made = 0, Real = BigInt; BigInt = function (value) { made += 1; return Real(value); };");
    load("index");
    load("proof");
    run(`phone.random = ${JSON.stringify([...randomBytes(1000)])};
      var client = index.createClient({ baseURL: "https://api.example.com", proof: proof.createProof() });
      client.get("/orders");`);
    settle();
    const stored = String(run(`phone.store["hufu:https://api.example.com/auth:wx-q:release:key"]`));
    const seed = Buffer.from(JSON.parse(stored).ed25519, "base64url");
    const proofs = (): readonly (readonly [url: string, proof: string])[] => run("phone.proofs") as [string, string][];
    const tokenUri = "https://api.example.com/auth/oauth/token";
    assert.deepEqual(
      proofs().map(([url, proof]) => [url, checkedClaims(proof, seed)["nonce"]]),
      [
        [tokenUri, undefined],
        [tokenUri, "nonce-1"],
      ],
    );
    const { jwk } = JSON.parse(Buffer.from(proofs()[0]?.[1].split(".")[0] ?? "", "base64url").toString());
    const jkt = hash("sha256", `{"crv":"Ed25519","kty":"OKP","x":"${jwk.x}"}`, "base64url");
    const access = `e30.${Buffer.from(JSON.stringify({ sub: "u_1", cnf: { jkt } })).toString("base64url")}.AAAA`;
    run(`made = 0; phone.access = "${access}"; phone.proofs.length = 0; phone.proofs.push(["", ""]);
      client.login().then(function () { return client.post("/orders?page=2", { amount: 5 }); });`);
    settle();
    const [, , [url = "", proof = ""] = []] = proofs();
    const { jti, iat, ...claims } = checkedClaims(proof, seed);
    assert.equal(url, "https://api.example.com/orders?page=2");
    assert.deepEqual(claims, {
      htm: "POST",
      htu: "https://api.example.com/orders",
      ath: hash("sha256", access, "base64url"),
      content_digest: `sha-256=:${hash("sha256", '{"amount":5}', "base64")}:`,
    });
    if (engine === "with BigInt") assert.ok(Number(run("made")) > 0, "the fast library is used");
    assert.ok(typeof jti === "string" && typeof iat === "number");
    close();
  });
}

test("QuickJS makes request MACs that Node's own HMAC accepts, where a guard asks for them", async () => {
  const { run, settle, load, close } = await openQuickJs();
  run("delete globalThis.BigInt;");
  load("index");
  load("request-mac", "requestMac");
  // What the platform gives for a key, and a guard that asks for a MAC.
  const key = "VI6BpyrK9XH4i4AIGe86tg==";
  run(`var asked = 0, macs = [];
    wx.getUserCryptoManager = function () {
      return { getLatestUserKey: function (options) {
        asked += 1;
        later(function () { options.success({ encryptKey: "${key}", version: 12, expireTime: now + 3600000 }); });
      } };
    };
    var request = wx.request;
    wx.request = function (options) {
      var mac = options.header["Hufu-Mac"];
      if (options.url.indexOf("/oauth/token") !== -1) return request(options);
      macs.push([options.url, options.data, mac || ""]);
      if (mac) return request(options);
      answer(options, 401, { reason: "mac_missing", request_id: "r" }, { "Hufu-Reason": "mac_missing", "hufu-mac-nonce": "nonce-7" });
      return { abort: function () {} };
    };
    var client = index.createClient({ baseURL: "https://api.example.com", proof: requestMac.createRequestMac() });
    var statuses = [];
    function pay(to) { return client.post("/pay?page=2", { to: to }).then(function (a) { statuses.push(a.statusCode); }); }
    pay("张三").then(function () { return pay("李四"); });`);
  settle();
  assert.deepEqual(run("statuses"), [200, 200]);
  const macs = run("macs") as readonly (readonly [url: string, data: unknown, mac: string])[];
  assert.deepEqual(
    macs.map(([, , mac]) => mac !== ""),
    [false, true, true],
  );
  assert.equal(run("asked"), 1);
  for (const [url, data, mac] of macs.slice(1)) {
    const [head = "", body = "", signature] = mac.split(".");
    assert.equal(signature, createHmac("sha256", key).update(`${head}.${body}`).digest("base64url"));
    const header = JSON.parse(Buffer.from(head, "base64url").toString());
    assert.deepEqual(header, { typ: "hufu-mac+jwt", alg: "HS256", kid: "12" });
    const { jti, iat, ...claims } = JSON.parse(Buffer.from(body, "base64url").toString());
    assert.ok(typeof jti === "string" && typeof iat === "number");
    assert.equal(url, "https://api.example.com/pay?page=2");
    assert.deepEqual(claims, {
      htm: "POST",
      htu: "https://api.example.com/pay",
      nonce: "nonce-7",
      ath: hash("sha256", "token-1", "base64url"),
      content_digest: `sha-256=:${hash("sha256", String(data), "base64")}:`,
    });
  }
  close();
});
