// `npm run measure:client`: what the client itself costs. Bytes in an app, and microseconds for a call in QuickJS, which has no
// JIT, as iOS has none; storage, network and timers answer at once, and what they cost without the client is taken off.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { newQuickJSWASMModuleFromVariant, type QuickJSContext } from "quickjs-emscripten-core";
import { buildForMiniPrograms } from "./build-client.ts";

const CALLS = 2000;
const ROUNDS = 15;
const BUDGET_US = 50;
const BUDGET_BYTES = 10_240;

/** A platform that does nothing and answers in the next microtask. */
const PLATFORM = `
function setTimeout() { return 1; }
function clearTimeout() {}
var store = {};
function soon(run) { Promise.resolve().then(run); }
var wx = {
  getAccountInfoSync: function () { return { miniProgram: { appId: "wx-q", envVersion: "release" } }; },
  onAppShow: function () {},
  login: function (o) { soon(function () { o.success({ code: "code-1", errMsg: "" }); }); },
  getStorage: function (o) { soon(function () { o.key in store ? o.success({ data: store[o.key] }) : o.fail({ errMsg: "data not found" }); }); },
  setStorage: function (o) { soon(function () { store[o.key] = o.data; o.success({}); }); },
  request: function (o) {
    var token = o.url.indexOf("/oauth/token") !== -1;
    var data = token ? { access_token: new Array(850).join("x"), token_type: "Bearer", expires_in: 600, refresh_token: "hr1.x" } : { ok: true };
    soon(function () { o.success({ statusCode: 200, data: data, header: { Date: "Mon, 01 Jan 2029 00:00:00 GMT" } }); });
    return { abort: function () {}, onHeadersReceived: function () {} };
  }
};
function repeat(times, call) { return times === 0 ? undefined : call().then(function () { return repeat(times - 1, call); }); }
function bare() { return new Promise(function (success, fail) { wx.request({ url: "https://api.example.com/orders", success: success, fail: fail }); }); }
`;

const folder = mkdtempSync(join(tmpdir(), "hufu-measure-"));
await buildForMiniPrograms(folder);
const code = readFileSync(join(folder, "index.js"), "utf8");
rmSync(folder, { recursive: true });

const quickjs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));
const vm = quickjs.newContext();
run(vm, PLATFORM);
run(
  vm,
  `var module = { exports: {} }; (function (module, exports) {${code}\n})(module, module.exports);
var client = module.exports.createClient({ baseURL: "https://api.example.com" }); client.get("/orders");`,
);
vm.runtime.executePendingJobs();

const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push(timed(vm, 'client.get("/orders")'));
  bare.push(timed(vm, "bare()"));
}
const cost = median(ours) - median(bare);
const bytes = gzipSync(code, { level: 9 }).length;
console.log(
  `a call costs ${cost.toFixed(1)} µs in QuickJS beyond the platform's own ${median(bare).toFixed(1)} µs (budget ${BUDGET_US})`,
);
console.log(`${bytes} bytes gzipped (budget ${BUDGET_BYTES})`);
vm.dispose();

function timed(context: QuickJSContext, call: string): number {
  const before = performance.now();
  run(context, `repeat(${CALLS}, function () { return ${call}; }); 0`);
  context.runtime.executePendingJobs();
  return ((performance.now() - before) * 1000) / CALLS;
}

function run(context: QuickJSContext, source: string): void {
  const handle = context.unwrapResult(context.evalCode(source));
  if (handle.alive) handle.dispose();
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
