import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../../random.ts";
import { createApps } from "../apps.ts";
import { createIssueStableToken } from "../endpoints/issue-access-token.ts";
import { APP, APPS, type Bench, type Got, MINUTE, SECRET, startBench, textOf } from "../simulated-wechat.fixture.ts";
import { createAccessTokens } from "./access-tokens.ts";

const HOUR = 60 * MINUTE;
const FIELDS = { grant_type: "client_credential", appid: APP, secret: SECRET } as const;

const classic = ({ get }: Bench, overrides: Readonly<Record<string, string>> = {}) =>
  get("/cgi-bin/token", { ...FIELDS, ...overrides });
const stable = ({ post }: Bench, overrides: object = {}) => post("/cgi-bin/stable_token", { ...FIELDS, ...overrides });

/** What another call says of a token; 40003 is a good token with a bad openid. */
async function verdict({ get }: Bench, token: Got): Promise<unknown> {
  const got = await get("/wxa/checksession", { access_token: textOf(token, "access_token"), openid: "nobody" });
  return got.json["errcode"] === 40003 ? "good" : got.json["errcode"];
}

test("cgi-bin/token and stable_token answer application/json with a token for 7200 s", async (t) => {
  const bench = await startBench(t);
  for (const got of [await classic(bench), await stable(bench)]) {
    assert.equal(got.status, 200);
    assert.equal(got.contentType, "application/json");
    assert.equal(got.json["expires_in"], 7200);
    assert.equal(await verdict(bench, got), "good");
  }
});

test("a token has the 512 characters that callers are told to reserve", async (t) => {
  assert.equal(textOf(await stable(await startBench(t)), "access_token").length, 512);
});

test("every cgi-bin/token call mints; the token before works five minutes more", async (t) => {
  const bench = await startBench(t);
  const first = await classic(bench);
  const second = await classic(bench);
  assert.notEqual(textOf(first, "access_token"), textOf(second, "access_token"));
  bench.pass(5 * MINUTE - 1);
  assert.equal(await verdict(bench, first), "good");
  bench.pass(1);
  assert.equal(await verdict(bench, first), 40001);
  assert.equal(await verdict(bench, second), "good");
});

test("the overlap of cgi-bin/token is of two tokens, not three", async (t) => {
  const bench = await startBench(t);
  const [first, second, third] = [await classic(bench), await classic(bench), await classic(bench)];
  assert.equal(await verdict(bench, first), 40001);
  assert.equal(await verdict(bench, second), "good");
  assert.equal(await verdict(bench, third), "good");
});

test("stable_token repeats one token with the seconds that remain", async (t) => {
  const bench = await startBench(t);
  const first = await stable(bench);
  bench.pass(HOUR);
  const second = await stable(bench);
  assert.equal(second.json["access_token"], first.json["access_token"]);
  assert.equal(second.json["expires_in"], 3600);
});

test("stable_token renews five minutes early, both tokens work meanwhile, expires_in is never below 300", async (t) => {
  const bench = await startBench(t);
  const first = await stable(bench);
  bench.pass(2 * HOUR - 5 * MINUTE);
  const last = await stable(bench);
  assert.equal(last.json["access_token"], first.json["access_token"]);
  assert.equal(last.json["expires_in"], 300);
  bench.pass(1);
  const next = await stable(bench);
  assert.notEqual(next.json["access_token"], first.json["access_token"]);
  assert.equal(next.json["expires_in"], 7200);
  assert.equal(await verdict(bench, first), "good");
  assert.equal(await verdict(bench, next), "good");
  bench.pass(5 * MINUTE);
  assert.equal(await verdict(bench, first), 42001);
  assert.equal(await verdict(bench, next), "good");
});

test("the two kinds of token know nothing of each other", async (t) => {
  const bench = await startBench(t);
  const steady = await stable(bench);
  await classic(bench);
  const volatile = await classic(bench);
  await stable(bench, { force_refresh: true });
  assert.equal(await verdict(bench, steady), 40001);
  assert.equal(await verdict(bench, volatile), "good");
  bench.pass(MINUTE);
  await classic(bench);
  assert.equal(await verdict(bench, await stable(bench)), "good");
});

test("force_refresh mints and voids the old token at once", async (t) => {
  const bench = await startBench(t);
  const first = await stable(bench);
  const second = await stable(bench, { force_refresh: true });
  assert.notEqual(textOf(second, "access_token"), textOf(first, "access_token"));
  assert.equal(await verdict(bench, first), 40001);
  assert.equal((await stable(bench)).json["access_token"], second.json["access_token"]);
});

test("force_refresh during an overlap voids both tokens", async (t) => {
  const bench = await startBench(t);
  const first = await stable(bench);
  bench.pass(2 * HOUR - 4 * MINUTE);
  const second = await stable(bench);
  assert.equal(await verdict(bench, first), "good");
  await stable(bench, { force_refresh: true });
  assert.equal(await verdict(bench, first), 40001);
  assert.equal(await verdict(bench, second), 40001);
});

test("force_refresh within 30 s of the last does not refresh", async (t) => {
  const bench = await startBench(t);
  const first = await stable(bench, { force_refresh: true });
  bench.pass(29_999);
  assert.equal((await stable(bench, { force_refresh: true })).json["access_token"], first.json["access_token"]);
  bench.pass(1);
  assert.notEqual((await stable(bench, { force_refresh: true })).json["access_token"], first.json["access_token"]);
});

test("force_refresh works 20 times a day, then 45009 until tomorrow; the token stays", async (t) => {
  const bench = await startBench(t);
  for (let i = 0; i < 20; i++) {
    assert.equal((await stable(bench, { force_refresh: true })).json["expires_in"], 7200);
    bench.pass(30_000);
  }
  assert.equal((await stable(bench, { force_refresh: true })).json["errcode"], 45009);
  assert.equal(await verdict(bench, await stable(bench)), "good");
  bench.pass(24 * HOUR);
  assert.equal((await stable(bench, { force_refresh: true })).json["expires_in"], 7200);
});

test("43002: stable_token takes POST with JSON only", async (t) => {
  const { get, post } = await startBench(t);
  assert.equal((await get("/cgi-bin/stable_token", FIELDS)).json["errcode"], 43002);
  assert.equal((await post("/cgi-bin/stable_token", String(new URLSearchParams(FIELDS)))).json["errcode"], 43002);
  assert.equal((await post("/cgi-bin/stable_token", "[]")).json["errcode"], 43002);
  assert.equal((await post("/cgi-bin/stable_token", "", FIELDS)).json["errcode"], 43002);
});

test("40002, 41002, 41004, 40013, 40125: both token calls say what is wrong", async (t) => {
  const bench = await startBench(t);
  const wrong = [
    [{ grant_type: "authorization_code" }, 40002],
    [{ appid: "" }, 41002],
    [{ secret: "" }, 41004],
    [{ appid: "wx-none" }, 40013],
    [{ secret: "wrong" }, 40125],
  ] as const;
  for (const [overrides, errcode] of wrong) {
    assert.equal((await classic(bench, overrides)).json["errcode"], errcode);
    assert.equal((await stable(bench, overrides)).json["errcode"], errcode);
  }
  assert.equal((await stable(bench, { appid: 1, secret: {} })).json["errcode"], 41002);
});

test("40014 for what has not the shape of a token, 40001 for a token that is not known, 42001 for an expired one", async (t) => {
  const bench = await startBench(t);
  const check = async (access_token: string) =>
    (await bench.get("/wxa/checksession", { access_token })).json["errcode"];
  assert.equal(await check(""), 40014);
  assert.equal(await check("short"), 40014);
  assert.equal(await check("A".repeat(512)), 40001);
  assert.equal((await bench.get("/wxa/checksession")).json["errcode"], 40014);
  const token = await classic(bench);
  bench.pass(2 * HOUR - 1);
  assert.equal(await verdict(bench, token), "good");
  bench.pass(1);
  assert.equal(await verdict(bench, token), 42001);
});

test("45011: an app asks for a stable token at most 10,000 times a minute", () => {
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const ask = createIssueStableToken(createApps(APPS, false), createAccessTokens(clock, systemRandom), clock);
  const call = { method: "POST", query: new URLSearchParams(), body: JSON.stringify(FIELDS) };
  for (let i = 0; i < 10_000; i++) assert.equal(typeof ask(call), "object");
  assert.equal(ask(call), 45011);
  const other = { ...FIELDS, appid: "wx-two", secret: "secret-of-two" };
  assert.equal(typeof ask({ ...call, body: JSON.stringify(other) }), "object");
  now += MINUTE;
  assert.equal(typeof ask(call), "object");
});
