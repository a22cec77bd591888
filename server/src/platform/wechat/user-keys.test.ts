import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../../core/errors/errors.ts";
import { openEnvironment, resets, says } from "./scripted-wechat.fixture.ts";
import { sessionKeySignature } from "./session-key-signature.ts";

const KEY = "c2Vzc2lvbi1rZXk+LzE=";
const TOKEN = says({ access_token: "token+/=", expires_in: 7200 });
/** The sample of the documentation, with its second key, which has expired. */
const LISTED = [
  {
    encrypt_key: "VI6BpyrK9XH4i4AIGe86tg==",
    version: 10,
    expire_in: 3597,
    iv: "6003f73ec441c386",
    create_time: 1616572301,
  },
  {
    encrypt_key: "aoUGAHltcliiL9f23oTKHA==",
    version: 9,
    expire_in: 0,
    iv: "7996656384218dbb",
    create_time: 1616504886,
  },
];
const found = (list: unknown = LISTED) => says({ errcode: 0, errmsg: "ok", key_info_list: list });

const refusedWith = (reason: string) => (error: unknown) => {
  assert.ok(error instanceof HufuError, String(error));
  assert.equal(error.reason, reason, error.detail);
  return true;
};

test("it asks by POST with an empty body, everything in the query, the session_key itself nowhere", async (t) => {
  const { script, seen, wechat, app } = await openEnvironment(t);
  script(TOKEN, found());
  assert.deepEqual(await wechat.userKeys(app, "o-user", KEY), [
    { version: 10, key: "VI6BpyrK9XH4i4AIGe86tg==", expiresIn: 3597 },
  ]);
  const { method, path, query, body, contentType } = seen[1] ?? assert.fail("nothing was asked");
  assert.deepEqual([method, path, body, contentType], ["POST", "/wxa/business/getuserencryptkey", "", undefined]);
  assert.deepEqual(Object.fromEntries(query), {
    access_token: "token+/=",
    openid: "o-user",
    signature: sessionKeySignature(KEY),
    sig_method: "hmac_sha256",
  });
});

test("87007 and 87009 mean that the session_key is dead; a user without keys has none", async (t) => {
  const { script, wechat, app } = await openEnvironment(t);
  script(TOKEN, says({ errcode: 87009, key_info_list: [] }), says({ errcode: 87007 }), found([]));
  assert.equal(await wechat.userKeys(app, "o-user", KEY), undefined);
  assert.equal(await wechat.userKeys(app, "o-user", KEY), undefined);
  assert.deepEqual(await wechat.userKeys(app, "o-user", KEY), []);
});

test("a rejected access_token is replaced once", async (t) => {
  const { script, seen, wechat, app } = await openEnvironment(t);
  script(TOKEN, says({ errcode: 40001 }), says({ access_token: "another", expires_in: 7200 }), found());
  assert.equal((await wechat.userKeys(app, "o-user", KEY))?.length, 1);
  assert.equal(seen[3]?.query.get("access_token"), "another");
});

for (const [errcode, reason] of [
  [-1, "platform_unavailable"],
  [45011, "platform_rate_limited"],
  [40003, "platform_misconfigured"],
  [43002, "platform_misconfigured"],
  [87008, "platform_misconfigured"],
  [12345, "platform_misconfigured"],
] as const) {
  test(`${errcode} is ${reason}`, async (t) => {
    const { script, wechat, app } = await openEnvironment(t);
    script(TOKEN, says({ errcode }));
    await assert.rejects(wechat.userKeys(app, "o-user", KEY), refusedWith(reason));
  });
}

test("what is no list of keys says nothing about the user", async (t) => {
  const { script, wechat, app } = await openEnvironment(t);
  const [good] = LISTED;
  const wrong = [
    null,
    {},
    [null],
    ["key"],
    [{ ...good, encrypt_key: "" }],
    [{ ...good, encrypt_key: 7 }],
    [{ ...good, version: "10" }],
    [{ ...good, expire_in: "3597" }],
    Array.from({ length: 17 }, () => good),
  ];
  script(TOKEN);
  for (const list of wrong) {
    script(found(list));
    await assert.rejects(wechat.userKeys(app, "o-user", KEY), refusedWith("platform_unavailable"));
  }
});

test("a key lives for an hour at most, even if the answer says longer", async (t) => {
  const { script, wechat, app } = await openEnvironment(t);
  script(TOKEN, found([{ ...LISTED[0], expire_in: 999_999 }]));
  assert.equal((await wechat.userKeys(app, "o-user", KEY))?.[0]?.expiresIn, 3600);
});

test("five failures open a breaker of its own, and sign-ins go on", async (t) => {
  const { script, seen, wechat, app } = await openEnvironment(t);
  script(TOKEN, resets, resets, resets, resets, resets);
  for (let count = 0; count < 6; count += 1) {
    await assert.rejects(wechat.userKeys(app, "o-user", KEY), refusedWith("platform_unavailable"));
  }
  assert.equal(seen.length, 6);
  script(says({ openid: "o-user", session_key: KEY }));
  assert.equal((await wechat.exchange(app, "code")).openid, "o-user");
});
