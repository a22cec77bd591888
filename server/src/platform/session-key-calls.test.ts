import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import type { Reason } from "../core/errors/reasons.ts";
import { openEnvironment, says } from "./wechat/scripted-wechat.fixture.ts";
import { sessionKeySignature } from "./wechat/session-key-signature.ts";

const KEY = "c2Vzc2lvbi1rZXk+LzE=";
const TOKEN = says({ access_token: "token+/=", expires_in: 7200 });
const refusedWith = (reason: Reason) => (error: unknown) => {
  assert.ok(error instanceof HufuError, String(error));
  assert.equal(error.reason, reason, error.detail);
  return true;
};

for (const [method, path] of [
  ["checkSessionKey", "/wxa/checksession"],
  ["resetSessionKey", "/wxa/resetusersessionkey"],
] as const) {
  test(`${method} asks by GET, everything in the query, the key itself nowhere`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(TOKEN, says({ errcode: 0, errmsg: "ok", openid: "o-user", session_key: "bmV3" }));
    await environment.wechat[method](environment.app, "o-user", KEY);
    const request = environment.seen[1];
    assert.equal(request?.method, "GET");
    assert.equal(request?.path, path);
    assert.equal(request?.body, "");
    assert.deepEqual(Object.fromEntries(request?.query ?? []), {
      access_token: "token+/=",
      openid: "o-user",
      signature: sessionKeySignature(KEY),
      sig_method: "hmac_sha256",
    });
  });

  for (const [errcode, reason] of [
    [-1, "platform_unavailable"],
    [45011, "platform_rate_limited"],
    [87008, "platform_misconfigured"],
    [40003, "platform_misconfigured"],
  ] as const) {
    test(`${method}: ${errcode} is ${reason}`, async (t) => {
      const environment = await openEnvironment(t);
      environment.script(TOKEN, says({ errcode }));
      await assert.rejects(environment.wechat[method](environment.app, "o-user", KEY), refusedWith(reason));
    });
  }

  test(`${method}: an answer without an errcode proves nothing`, async (t) => {
    const environment = await openEnvironment(t);
    environment.script(TOKEN, says({ openid: "o-user", session_key: "bmV3" }));
    await assert.rejects(
      environment.wechat[method](environment.app, "o-user", KEY),
      refusedWith("platform_unavailable"),
    );
  });
}

test("a good signature means that the key is alive; 87007 and 87009 that it is not", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(TOKEN, says({ errcode: 0, errmsg: "ok" }), says({ errcode: 87009 }), says({ errcode: 87007 }));
  assert.equal(await environment.wechat.checkSessionKey(environment.app, "o-user", KEY), true);
  assert.equal(await environment.wechat.checkSessionKey(environment.app, "o-user", KEY), false);
  assert.equal(await environment.wechat.checkSessionKey(environment.app, "o-user", KEY), false);
});

test("a reset answers the new key, or nothing where the old one was dead", async (t) => {
  const environment = await openEnvironment(t);
  const fresh = says({ errcode: 0, errmsg: "ok", openid: "o-user", session_key: "bmV3" });
  environment.script(TOKEN, fresh, says({ errcode: 87009 }), says({ errcode: 87007 }));
  assert.equal(await environment.wechat.resetSessionKey(environment.app, "o-user", KEY), "bmV3");
  assert.equal(await environment.wechat.resetSessionKey(environment.app, "o-user", KEY), undefined);
  assert.equal(await environment.wechat.resetSessionKey(environment.app, "o-user", KEY), undefined);
});

test("a reset that answers another user's key, or none, is not believed", async (t) => {
  const environment = await openEnvironment(t);
  environment.script(TOKEN);
  for (const body of [
    { openid: "o-other", session_key: "bmV3" },
    { openid: "o-user" },
    { openid: "o-user", session_key: "" },
  ]) {
    environment.script(says({ errcode: 0, ...body }));
    await assert.rejects(
      environment.wechat.resetSessionKey(environment.app, "o-user", KEY),
      refusedWith("platform_unavailable"),
      JSON.stringify(body),
    );
  }
});
