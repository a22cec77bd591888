// `npm run measure:client`: what the client itself costs. Bytes in an app, microseconds for a call and milliseconds for a proof
// in QuickJS, which has no JIT, as iOS has none; storage, network and timers answer at once, and what they cost without the
// client is taken off.
import { hash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { newQuickJSWASMModuleFromVariant, type QuickJSContext } from "quickjs-emscripten-core";
import { buildForMiniPrograms } from "./build-client.ts";

const CALLS = 2000;
const ROUNDS = 15;
const BUDGET_US = 50;
const BUDGET_BYTES = { index: 10_240, proof: 24_576, "request-mac": 8192 } as const;
/** What a file's exports are called in QuickJS. */
const NAMES = { index: "index", proof: "proof", "request-mac": "requestMac" } as const;
const FILES = ["index", "proof", "request-mac"] as const;
/** A proof takes so much longer than a call that few of them tell enough. */
const PROVEN_CALLS = 5;

/** A platform that does nothing and answers in the next microtask. */
const PLATFORM = `
function setTimeout() { return 1; }
function clearTimeout() {}
var store = {}, access = new Array(850).join("x"), lastProof;
function soon(run) { Promise.resolve().then(run); }
var wx = {
  getAccountInfoSync: function () { return { miniProgram: { appId: "wx-q", envVersion: "release" } }; },
  onAppShow: function () {},
  getUserCryptoManager: function () {
    return { getLatestUserKey: function (o) {
      soon(function () { o.success({ encryptKey: "VI6BpyrK9XH4i4AIGe86tg==", version: 12, expireTime: Date.now() + 3600000 }); });
    } };
  },
  login: function (o) { soon(function () { o.success({ code: "code-1", errMsg: "" }); }); },
  getStorage: function (o) { soon(function () { o.key in store ? o.success({ data: store[o.key] }) : o.fail({ errMsg: "data not found" }); }); },
  setStorage: function (o) { soon(function () { store[o.key] = o.data; o.success({}); }); },
  getRandomValues: function (o) {
    var bytes = new Uint8Array(o.length).map(function () { return Math.random() * 256; });
    soon(function () { o.success({ randomValues: bytes.buffer }); });
  },
  request: function (o) {
    var token = o.url.indexOf("/oauth/token") !== -1;
    if (token) lastProof = o.header.DPoP;
    var data = token ? { access_token: access, token_type: o.header.DPoP ? "DPoP" : "Bearer", expires_in: 600, refresh_token: "hr1.x" } : { ok: true };
    soon(function () { o.success({ statusCode: 200, data: data, header: { Date: "Mon, 01 Jan 2029 00:00:00 GMT" } }); });
    return { abort: function () {}, onHeadersReceived: function () {} };
  }
};
function repeat(times, call) { return times === 0 ? undefined : call().then(function () { return repeat(times - 1, call); }); }
function bare() { return new Promise(function (success, fail) { wx.request({ url: "https://api.example.com/orders", success: success, fail: fail }); }); }
`;

const folder = mkdtempSync(join(tmpdir(), "hufu-measure-"));
await buildForMiniPrograms(folder, Object.keys(BUDGET_BYTES));
const code = {
  index: readFileSync(join(folder, "index.js"), "utf8"),
  proof: readFileSync(join(folder, "proof.js"), "utf8"),
  "request-mac": readFileSync(join(folder, "request-mac.js"), "utf8"),
};
rmSync(folder, { recursive: true });
const quickjs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));

const vm = openPhone();
run(vm, 'client = index.createClient({ baseURL: "https://api.example.com" }); client.get("/orders");');
vm.runtime.executePendingJobs();
const ours: number[] = [];
const bare: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  ours.push(timed(vm, 'client.get("/orders")', CALLS));
  bare.push(timed(vm, "bare()", CALLS));
}
vm.dispose();
const cost = median(ours) - median(bare);
console.log(
  `a call costs ${cost.toFixed(1)} µs in QuickJS beyond the platform's own ${median(bare).toFixed(1)} µs (budget ${BUDGET_US})`,
);
for (const engine of ["with BigInt", "without BigInt"] as const) {
  const { first, each } = proofTimes(engine);
  console.log(
    `a proof takes ${each.toFixed(1)} ms in QuickJS ${engine}; a new key and its first proof ${first.toFixed(0)} ms`,
  );
}
console.log(`a request MAC takes ${macTime().toFixed(1)} ms in QuickJS`);
for (const file of FILES) {
  const bytes = gzipSync(code[file], { level: 9 }).length;
  console.log(`${file}.js: ${bytes} bytes gzipped (budget ${BUDGET_BYTES[file]}), ${code[file].length} before`);
}

function openPhone(): QuickJSContext {
  const context = quickjs.newContext();
  run(context, PLATFORM);
  for (const file of FILES) {
    run(
      context,
      `var module = { exports: {} }; (function (module, exports) {${code[file]}\n})(module, module.exports);
      var ${NAMES[file]} = module.exports;`,
    );
  }
  run(context, "var client;");
  return context;
}

/** Milliseconds. Bound calls less unbound ones, with a body of 100 bytes. */
function proofTimes(engine: "with BigInt" | "without BigInt"): { readonly first: number; readonly each: number } {
  const context = openPhone();
  if (engine === "without BigInt") run(context, "delete globalThis.BigInt;");
  run(context, 'client = index.createClient({ baseURL: "https://api.example.com", proof: proof.createProof() });');
  const first = timed(context, "client.login()", 1) / 1000;
  // The server would put the key's thumbprint into the token.
  const proof = String(run(context, "lastProof"));
  const { jwk } = JSON.parse(Buffer.from(proof.slice(0, proof.indexOf(".")), "base64url").toString());
  const jkt = hash("sha256", `{"crv":"Ed25519","kty":"OKP","x":"${jwk.x}"}`, "base64url");
  const claims = Buffer.from(JSON.stringify({ cnf: { jkt }, more: "x".repeat(500) })).toString("base64url");
  run(context, `access = "e30.${claims}.${"x".repeat(86)}"; client.login(); 0`);
  context.runtime.executePendingJobs();
  const call = `client.post("/orders", { text: "${"x".repeat(88)}" })`;
  const times = Array.from({ length: ROUNDS }, () => timed(context, call, PROVEN_CALLS) / 1000);
  context.dispose();
  return { first, each: median(times) - median(ours) / 1000 };
}

/** Milliseconds. Calls with a MAC less those without, with a body of 100 bytes. */
function macTime(): number {
  const context = openPhone();
  run(
    context,
    `client = index.createClient({
      baseURL: "https://api.example.com", proof: requestMac.createRequestMac({ paths: ["/orders"] }) });`,
  );
  const call = `client.post("/orders", { text: "${"x".repeat(88)}" })`;
  timed(context, call, PROVEN_CALLS);
  const times = Array.from({ length: ROUNDS }, () => timed(context, call, PROVEN_CALLS) / 1000);
  context.dispose();
  return median(times) - median(ours) / 1000;
}

/** Microseconds of this process for one of so many calls; what else runs on the machine does not count. */
function timed(context: QuickJSContext, call: string, times: number): number {
  const before = process.cpuUsage();
  run(context, `repeat(${times}, function () { return ${call}; }); 0`);
  context.runtime.executePendingJobs();
  return process.cpuUsage(before).user / times;
}

function run(context: QuickJSContext, source: string): unknown {
  const handle = context.unwrapResult(context.evalCode(source));
  const value: unknown = context.typeof(handle) === "string" ? context.dump(handle) : undefined;
  if (handle.alive) handle.dispose();
  return value;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
