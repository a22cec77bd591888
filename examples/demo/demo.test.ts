import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runScript } from "./run-script.fixture.ts";

const WIDTH = 100;

/** What the issue promises that the walk shows, each by a piece of its step's line, in order. */
const PROMISED = [
  /alice: the code of wx\.login +200 user 42, member/,
  /alice: GET \/orders +200 orders 1001, 1002 /,
  /boss: {2}GET \/orders +200 orders 1001, 1002, 2001/,
  /alice: GET \/orders, once that token is over +401 token_expired/,
  /alice: refresh, GET \/orders +200 orders 1001, 1002/,
  /alice: refresh +the answer was lost/,
  /alice: repeats it, same attempt_id +200 the token that was lost/,
  /back end: kill -9, restart on the same files +up/,
  /alice: repeats it, same attempt_id +200 the token that was lost/,
  /boss: {2}PUT \/staff\/users\/42\/roles: admin +200 roles admin/,
  /alice: GET \/orders, the token from before +401 token_stale/,
  /alice: refresh, GET \/orders +200 orders 1001, 1002, 2001/,
  /boss: {2}DELETE \/staff\/users\/42\/sessions +200 sessions ended: 1/,
  /alice: GET \/orders +401 token_revoked, why=kicked/,
  /alice: refresh +400 session_kicked/,
  /naive back end: X-Openid of alice +200 orders 1001, 1002/,
  /Hufu: X-Openid of alice +401 token_missing/,
  /Hufu: the openid as a Bearer token +401 token_malformed/,
  /Hufu: the openid in place of a code +400 login_code_invalid/,
  /bob: +his token, edited to “admin” +401 token_signature/,
  /alice: refresh: reuse is detected +400 refresh_token_reused/,
  /attacker: GET \/orders +401 token_revoked, why=reused/,
  /alice: one silent sign-in +200 user 42, member/,
  /attacker: refresh +400 refresh_token_reused/,
  /operator: hufu sessions list 42 +kicked by user 7, rule administrator/,
  /operator: hufu users ban 42 --reason spam +42 is banned for good/,
  /alice: taps “sign in”: a new code +403 account_banned/,
  /operator: hufu users unban 42 +42 may sign in again/,
  /alice: taps “sign in”: a new code +200 user 42, member/,
  /operator: hufu users link 43 42, by mistake +1 identity moves, 1 session ends/,
  /bob: +one silent sign-in, GET \/orders +200 orders 1001, 1002/,
  /operator: hufu users undo m_… +1 identity moves, 1 session ends/,
  /bob: +one silent sign-in, GET \/orders +200 orders 2001/,
  /alice: refresh, and reads out its request_id +400 session_kicked/,
  /boss: +POST \/admin\/users\/search \{request_id\} +kicked by user 7, rule administrator/,
  /boss: +PUT \/admin\/users\/u_…\/ban +200 banned: spam/,
  /alice: taps “sign in”: a new code +403 account_banned/,
  /boss: +DELETE \/admin\/users\/u_…\/ban +204/,
  /alice: taps “sign in”: a new code +200 user 42, member/,
  /boss: +POST \/staff\/links \{43, 42\}, by mistake +200 identities moved: 1/,
  /bob: +one silent sign-in, GET \/orders +200 orders 1001, 1002/,
  /boss: +DELETE \/staff\/links\/m_… +200 identities moved: 1/,
  /bob: +one silent sign-in, GET \/orders +200 orders 2001/,
  /alice: ten pages at once, never seen before +10 × 200, 1 wx\.login, 0 refreshes/,
  /alice: ten pages at once, an hour later +10 × 200, 0 wx\.login, 1 refresh/,
  /alice: killed and started, ten pages +10 × 200, 0 wx\.login, 0 refreshes/,
  /alice: ride 3, an hour after the last +10 × 200, 0 wx\.login, 1 refresh/,
  /alice: returns +200 for the same call/,
  /alice: sends the tablet away +iPhone 15 \(this one\)/,
  /tablet: its page +shows “sign in”: session_logged_out/,
  /carol: the page +shows “sign in”, 0 wx\.login/,
  /honest people who were signed out +nobody/,
  /kicked people who were told so +3: session_kicked/,
  /sign-ins that were not needed +none/,
  /wx\.login within the quota of twice the views +within/,
];

test("npm run demo: every step does what it says, and its exit code says so", { timeout: 130_000 }, async (t) => {
  const demo = runScript("demo.ts", {}, ["--phones", "20"]);
  t.after(demo.close);
  const { code, errors } = await demo.ended;
  const output = demo.output();
  assert.equal(code, 0, `${output}\n${errors}`);
  assert.equal(errors, "");
  assert.deepEqual(demo.leftBehind(), []);
  const lines = output.split("\n");
  const steps = lines.filter((line) => /^[ \d]\d {2}\S/.test(line));
  let from = 0;
  for (const promise of PROMISED) {
    const at = steps.findIndex((line, index) => index >= from && promise.test(line));
    assert.notEqual(at, -1, `no step like ${promise} after step ${from}\n${output}`);
    from = at + 1;
  }
  for (const line of steps) assert.match(line, / \d+ ms$/);
  assert.equal(from, steps.length, "the last step is one that is promised");
  assert.deepEqual(
    lines.filter((line) => line.length > WIDTH || line.includes("\u001b")),
    [],
    "readable at 100 columns, and plain where nobody looks on",
  );
  assert.match(output, new RegExp(`All ${steps.length} steps did what they say`));
});

test("a step that does not do what it says ends the walk: expected, got, exit code 1, and nothing left", async (t) => {
  // No network for anybody: the first step cannot get what it expects.
  const offline = "globalThis.fetch=()=>Promise.reject(new/**/Error('offline'))";
  const demo = runScript("demo.ts", { NODE_OPTIONS: `--import=data:text/javascript,${offline}` });
  t.after(demo.close);
  const { code } = await demo.ended;
  assert.equal(code, 1);
  assert.match(demo.output(), /expected {2}200 user 42, member\n +got {7}Error: offline/);
  assert.doesNotMatch(demo.output(), /did what they say/);
  assert.deepEqual(demo.leftBehind(), []);
});

test("a back end that does not start is an error, not a walk of no steps, and nothing is left", async (t) => {
  const demo = runScript("demo.ts", { ACCESS_LIFE: "no duration" });
  t.after(demo.close);
  const { code, errors } = await demo.ended;
  assert.equal(code, 1);
  assert.match(errors, /tokens\.access/);
  assert.match(errors, /ended before it listened/);
  assert.doesNotMatch(demo.output(), /did what they say/);
  assert.deepEqual(demo.leftBehind(), []);
});

test("a word where a number belongs is told, and nothing starts", async (t) => {
  const demo = runScript("demo.ts", {}, ["--phones", "many"]);
  t.after(demo.close);
  const { code, errors } = await demo.ended;
  assert.deepEqual([code, errors], [2, "--phones: a whole number from 1\n"]);
  assert.equal(demo.output(), "");
});

test("every script of the examples is one of the root package", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  assert.match(scripts.demo, / examples\/demo\/demo\.ts$/);
  assert.match(scripts.start, / examples\/demo\/start\.ts$/);
});
