import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import type { Reason } from "../../core/errors/reasons.ts";
import { everythingIn, openEnvironment, resets, says } from "./scripted-wechat.fixture.ts";

const CODE = "phone-code-of-the-tests-01234567";
const TOKEN = says({ access_token: "token", expires_in: 7200 });
const refusedWith = (reason: Reason) => (error: unknown) => {
  assert.ok(error instanceof HufuError, String(error));
  assert.equal(error.reason, reason, error.detail);
  return true;
};

const phone = (countryCode: unknown, purePhoneNumber: unknown, appid: unknown = "wx-app") =>
  says(
    {
      errcode: 0,
      errmsg: "ok",
      phone_info: { phoneNumber: "x", purePhoneNumber, countryCode, watermark: { timestamp: 1_790_000_000, appid } },
    },
    200,
    "application/json",
  );

test("asks by POST with the code and the openid in JSON, the token in the query", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(TOKEN, phone("86", "13800138000"));
  assert.deepEqual(await environment.wechat.phoneNumber(environment.app, CODE, "o-user"), { number: "+8613800138000" });
  const request = environment.seen[1];
  assert.equal(request?.method, "POST");
  assert.equal(request?.path, "/wxa/business/getuserphonenumber");
  assert.deepEqual(Object.fromEntries(request?.query ?? []), { access_token: "token" });
  assert.deepEqual(JSON.parse(request?.body ?? ""), { code: CODE, openid: "o-user" });
});

for (const [country, number, e164] of [
  [86, "13800138000", "+8613800138000"],
  ["86", 13800138000, "+8613800138000"],
  ["1", "2025550100", "+12025550100"],
  ["852", "55501000", "+85255501000"],
] as const) {
  test(`${JSON.stringify(country)} and ${JSON.stringify(number)} are ${e164}`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(TOKEN, phone(country, number));
    assert.equal((await environment.wechat.phoneNumber(environment.app, CODE, "o-user")).number, e164);
  });
}

test("what is no phone number is not passed on", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(TOKEN);
  const bad = [
    ["", "13800138000"],
    ["+86", "13800138000"],
    ["086", "1380013"],
    [86.5, "13800138000"],
    [null, "13800138000"],
  ];
  for (const [country, number] of [
    ...bad,
    ["86", ""],
    ["86", "138 0013 8000"],
    ["86", "1"],
    ["86", {}],
    ["852", "1".repeat(13)],
    ["86", 1e21],
  ]) {
    environment.script(phone(country, number));
    await assert.rejects(
      environment.wechat.phoneNumber(environment.app, CODE, "o-user"),
      refusedWith("platform_unavailable"),
      `${country} ${number}`,
    );
  }
});

test("a watermark of another app, or none, is refused", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(TOKEN);
  const bodies = [phone("86", "13800138000", "wx-other"), phone("86", "13800138000", null), says({ errcode: 0 })];
  for (const reply of [...bodies, says({ errcode: 0, phone_info: "x" })]) {
    environment.script(reply);
    await assert.rejects(
      environment.wechat.phoneNumber(environment.app, CODE, "o-user"),
      refusedWith("platform_misconfigured"),
    );
  }
});

for (const [errcode, reason] of [
  [40029, "login_code_invalid"],
  [40163, "login_code_used"],
  [40003, "login_code_invalid"],
  [45011, "platform_rate_limited"],
  [40013, "platform_misconfigured"],
  [47001, "platform_misconfigured"],
  [-1, "platform_unavailable"],
] as const) {
  test(`${errcode} is ${reason}, and a single-use code is not sent twice`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(TOKEN, says({ errcode }), phone("86", "13800138000"));
    await assert.rejects(environment.wechat.phoneNumber(environment.app, CODE, "o-user"), refusedWith(reason));
    assert.equal(environment.seen.length, 2);
  });
}

test("a malformed phone code never travels", async (t) => {
  const environment = await openEnvironment(t);
  for (const code of ["", "a b", "é", "x".repeat(257)]) {
    await assert.rejects(
      environment.wechat.phoneNumber(environment.app, code, "o-user"),
      refusedWith("login_code_invalid"),
    );
  }
  assert.equal(environment.seen.length, 0);
});

test("neither code nor number is in an error or a log line", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(TOKEN, says({ errcode: 40029, errmsg: CODE }), phone("86", "13800138000", "wx-other"), resets);
  environment.script(phone("86", "13800138000"));
  const texts: string[] = [];
  for (let i = 0; i < 4; i++) {
    await environment.wechat
      .phoneNumber(environment.app, CODE, "o-user")
      .catch((error: unknown) => texts.push(everythingIn(error)));
  }
  assert.equal(texts.length, 3);
  const all = `${texts.join("\n")}\n${JSON.stringify(environment.logs)}`;
  for (const secret of [CODE, "13800138000"]) assert.ok(!all.includes(secret), secret);
});
