import assert from "node:assert/strict";
import { test } from "node:test";
import { openEnvironment, says } from "./scripted-wechat.fixture.ts";

const TOKEN = says({ access_token: "token", expires_in: 7200 });
const JSON_STRING = '{"raw":"challenge","counter":7}';

test("asks by POST with openid, text and signature in JSON, and believes is_ok alone", async (t) => {
  const { wechat, app, script, seen } = await openEnvironment(t);
  const verify = (): Promise<boolean> => wechat.verifyBiometrics(app, "o-user", JSON_STRING, "c2ln");
  script(TOKEN, says({ errcode: 0, errmsg: "ok", is_ok: true }), says({ errcode: 0, errmsg: "ok", is_ok: false }));
  assert.equal(await verify(), true);
  assert.equal(await verify(), false);
  const request = seen[1];
  assert.deepEqual([request?.method, request?.path], ["POST", "/cgi-bin/soter/verify_signature"]);
  assert.deepEqual(Object.fromEntries(request?.query ?? []), { access_token: "token" });
  const body = { openid: "o-user", json_string: JSON_STRING, json_signature: "c2ln" };
  assert.deepEqual(JSON.parse(request?.body ?? ""), body);
});

test("a rejected access_token is replaced once, and an answer without is_ok is an outage", async (t) => {
  const { wechat, app, script } = await openEnvironment(t);
  const verify = (): Promise<boolean> => wechat.verifyBiometrics(app, "o-user", JSON_STRING, "c2ln");
  script(TOKEN, says({ errcode: 40001, errmsg: "invalid credential" }), TOKEN, says({ errcode: 0, is_ok: true }));
  assert.equal(await verify(), true);
  for (const answer of [{ errcode: 0, errmsg: "ok" }, { errcode: 0, is_ok: "true" }, { errcode: -1 }]) {
    script(says(answer));
    await assert.rejects(verify(), { reason: "platform_unavailable" });
  }
  script(says({ errcode: 40003 }));
  await assert.rejects(verify(), { reason: "platform_misconfigured" });
});
