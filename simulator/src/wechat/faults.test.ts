import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { FaultOrder } from "./faults.ts";
import { APP, type Bench, type Got, SECRET, startBench } from "./simulated-wechat.fixture.ts";

const path = "/sns/jscode2session";

const NOTHING: Got = { status: 0, contentType: null, text: "", json: {} };

const reasonOf = (settled: PromiseSettledResult<unknown>): unknown =>
  settled.status === "rejected" ? settled.reason : undefined;

/** Orders a fault, meets it with a fresh code, and says whether the code was used up by it. */
async function meet(bench: Bench, order: FaultOrder) {
  const code = bench.wechat.issueCode({ user: "alice" });
  bench.wechat.fault(order);
  const [first] = await Promise.allSettled([bench.exchange(code)]);
  const used = (await bench.exchange(code)).json["errcode"] === 40163;
  return { ...(first.status === "fulfilled" ? first.value : NOTHING), error: reasonOf(first), used };
}

test("timeout-after-commit: the code is used up, the answer never comes", async (t) => {
  const { wechat, url, exchange } = await startBench(t);
  const code = wechat.issueCode({ user: "alice" });
  wechat.fault({ path, kind: "timeout-after-commit" });
  const caller = new AbortController();
  const query = new URLSearchParams({ appid: APP, secret: SECRET, js_code: code, grant_type: "authorization_code" });
  const unanswered = fetch(`${url}${path}?${query}`, { signal: caller.signal });
  while (wechat.counters().calls[path] === 0) await turn();
  assert.equal((await exchange(code)).json["errcode"], 40163);
  caller.abort();
  await assert.rejects(unanswered, { name: "AbortError" });
});

test("timeout-after-commit with a delay answers rightly, late", async (t) => {
  const bench = await startBench(t);
  const { json, used } = await meet(bench, { path, kind: "timeout-after-commit", delayMs: 9000 });
  assert.deepEqual(bench.slept, [9000]);
  assert.equal(json["openid"], bench.wechat.openid({ user: "alice" }));
  assert.equal(used, true);
});

test("closing the server ends a call that is never answered", async (t) => {
  const { wechat } = await startBench(t);
  const { url, close } = await wechat.listen();
  wechat.fault({ path, kind: "timeout-after-commit" });
  const broken = assert.rejects(fetch(`${url}${path}`));
  while (wechat.counters().calls[path] === 0) await turn();
  await close();
  await broken;
});

test("slow: the right answer after the delay", async (t) => {
  const bench = await startBench(t);
  const { text, used } = await meet(bench, { path, kind: "slow", delayMs: 3000 });
  assert.deepEqual(bench.slept, [3000]);
  assert.match(text, /openid/);
  assert.equal(used, true);
});

for (const when of ["before", "after"] as const) {
  const left = when === "before" ? "not done" : "done";

  test(`busy: errcode -1 with HTTP 200, the work ${left}`, async (t) => {
    const { text, status, used } = await meet(await startBench(t), { path, kind: "busy", when });
    assert.match(text, /^\{"errcode":-1,"errmsg":"system error, rid: /);
    assert.equal(status, 200);
    assert.equal(used, when === "after");
  });

  test(`reset: the connection breaks, the work ${left}`, async (t) => {
    const { error, used } = await meet(await startBench(t), { path, kind: "reset", when });
    assert.ok(error instanceof TypeError);
    assert.equal(used, when === "after");
  });

  test(`html: a gateway's page with 502, the work ${left}`, async (t) => {
    const { text, status, contentType, used } = await meet(await startBench(t), { path, kind: "html", when });
    assert.equal(status, 502);
    assert.equal(contentType, "text/html");
    assert.match(text, /^<html>/);
    assert.equal(used, when === "after");
  });

  test(`http-500: status 500 without JSON, the work ${left}`, async (t) => {
    const { status, used } = await meet(await startBench(t), { path, kind: "http-500", when });
    assert.equal(status, 500);
    assert.equal(used, when === "after");
  });

  test(`errcode: any number with HTTP 200, the work ${left}`, async (t) => {
    const order = { path, kind: "errcode", errcode: 40243, errmsg: "AppSecret frozen", when } as const;
    const { text, used } = await meet(await startBench(t), order);
    assert.match(text, /^\{"errcode":40243,"errmsg":"AppSecret frozen, rid: /);
    assert.equal(used, when === "after");
  });
}

test("a fault leaves the work undone unless told otherwise", async (t) => {
  const bench = await startBench(t);
  for (const kind of ["busy", "reset", "html", "http-500"] as const) {
    assert.equal((await meet(bench, { path, kind })).used, false, kind);
  }
});

test("truncated: the work is done, the JSON is cut", async (t) => {
  const { text, used } = await meet(await startBench(t), { path, kind: "truncated" });
  assert.match(text, /^\{"session_key"/);
  assert.throws(() => JSON.parse(text), SyntaxError);
  assert.equal(used, true);
});

test("faults strike the next calls of their path alone, in the order given, then no more", async (t) => {
  const { wechat, exchange, get } = await startBench(t);
  wechat.fault({ path, kind: "busy", times: 2 });
  wechat.fault({ path, kind: "errcode", errcode: 45011 });
  assert.deepEqual(wechat.counters().faultsWaiting, { [path]: 3 });
  assert.equal((await get("/cgi-bin/token")).json["errcode"], 40002);
  const codes = [];
  for (let i = 0; i < 4; i++) codes.push((await exchange("nonsense")).json["errcode"]);
  assert.deepEqual(codes, [-1, -1, 45011, 40029]);
  assert.deepEqual(wechat.counters().faultsWaiting, {});
});

test("cleared faults do not strike", async (t) => {
  const { wechat, exchange } = await startBench(t);
  wechat.fault({ path, kind: "busy", times: 5 });
  wechat.fault({ path: "/cgi-bin/token", kind: "busy" });
  assert.equal(wechat.clearFaults(path), 5);
  assert.equal((await exchange("nonsense")).json["errcode"], 40029);
  assert.equal(wechat.clearFaults(), 1);
});

test("an order that makes no sense is a TypeError", async (t) => {
  const { wechat } = await startBench(t);
  const wrong: FaultOrder[] = [
    { path: "/elsewhere", kind: "busy" },
    { path, kind: "busy", times: 0 },
    { path, kind: "busy", times: 1.5 },
    { path, kind: "slow", delayMs: -1 },
    { path, kind: "slow", delayMs: Number.POSITIVE_INFINITY },
  ];
  for (const order of wrong) assert.throws(() => wechat.fault(order), TypeError, JSON.stringify(order));
  assert.throws(() => wechat.clearFaults("/elsewhere"), TypeError);
});

test("at most 1,000 orders wait on a path", async (t) => {
  const { wechat } = await startBench(t);
  for (let i = 0; i < 1000; i++) wechat.fault({ path, kind: "busy" });
  assert.throws(() => wechat.fault({ path, kind: "busy" }), TypeError);
});
