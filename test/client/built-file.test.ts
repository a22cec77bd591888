// The file as a mini program gets it: its size, its syntax, and that another engine runs it.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";
import { buildForMiniPrograms } from "../../tools/build-client.ts";
import { QUICKJS_PHONE } from "./quickjs-phone.ts";

const LARGEST_BYTES = 10_240;

const folder = mkdtempSync(join(tmpdir(), "hufu-built-"));
let code = "";
before(async () => {
  await buildForMiniPrograms(folder);
  code = readFileSync(join(folder, "index.js"), "utf8");
});
after(() => rmSync(folder, { recursive: true }));

test("it is at most 10 KiB gzipped (B14)", () => {
  const bytes = gzipSync(code, { level: 9 }).length;
  assert.ok(bytes <= LARGEST_BYTES, `${bytes} bytes`);
});

test("it has no syntax and no globals that phones lack", () => {
  // Texts may hold anything; only code counts.
  const bare = code.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
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

test("QuickJS runs it: a sign-in, a call, an expired token, a kick", async () => {
  const quickjs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));
  const vm = quickjs.newContext();
  const run = (source: string): unknown => {
    const handle = vm.unwrapResult(vm.evalCode(source));
    const value: unknown = vm.dump(handle);
    if (handle.alive) handle.dispose();
    return value;
  };
  run(QUICKJS_PHONE);
  run(`var module = { exports: {} }; (function (module, exports) {${code}\n})(module, module.exports);`);
  run(`
    var client = module.exports.createClient({ baseURL: "https://api.example.com" });
    var told = [];
    function tell(word) { return function (value) { told.push(word + " " + (value.statusCode || value.reason)); }; }
    client.get("/orders").then(tell("first"), tell("failed"));
  `);
  const settle = (): void => {
    for (let turn = 0; turn < 2000; turn += 1) {
      vm.runtime.executePendingJobs();
      if (run("pump()") === false) return;
    }
  };
  settle();
  run(`phone.refuse = "token_expired"; client.get("/orders").then(tell("second"), tell("failed"));`);
  settle();
  run(
    `phone.refuse = "token_revoked"; phone.kicked = true; client.get("/orders").then(tell("third"), tell("failed"));`,
  );
  settle();
  assert.deepEqual(run("told"), ["first 200", "second 200", "failed session_kicked"]);
  assert.deepEqual(run("phone.grants"), ["login-code", "refresh_token", "refresh_token"]);
  vm.dispose();
});
