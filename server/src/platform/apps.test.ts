import assert from "node:assert/strict";
import { test } from "node:test";
import { HufuError } from "../core/errors/errors.ts";
import type { AppOptions } from "./app-options.ts";
import { createApps } from "./apps.ts";

const SECRET = "app-secret-of-the-tests";
const APP: AppOptions = { appId: "wx-app", appSecret: SECRET };
const hostFailed = (error: unknown) => error instanceof HufuError && error.reason === "host_unavailable";

test("two lines are enough: everything else has a default", () => {
  assert.deepEqual(createApps([APP]).find("wx-app"), {
    id: "wx-app",
    platform: "wechat",
    appId: "wx-app",
    appSecret: SECRET,
    endpoint: "https://api.weixin.qq.com",
    unionScope: "wechat",
    requireProof: false,
    signInsPerMinute: undefined,
  });
  assert.equal(createApps([APP]).find("wx-other"), undefined);
});

test("an app is found by its id alone", () => {
  const apps = createApps([
    { ...APP, id: "shop" },
    { ...APP, id: "shop-strict", unionScope: null },
  ]);
  assert.equal(apps.find("wx-app"), undefined);
  const strict = apps.find("shop-strict");
  assert.ok(strict !== undefined && !(strict instanceof Promise));
  assert.equal(strict.unionScope, null);
  assert.ok(Object.isFrozen(strict));
});

test("names of the language are no client ids", () => {
  for (const name of ["__proto__", "constructor", "toString"]) assert.equal(createApps([APP]).find(name), undefined);
});

const MISTAKES: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
  ["no appId", { appId: "" }, /appId/],
  ["an appId that is no text", { appId: 5 }, /appId/],
  ["an appId with a space", { appId: "wx app" }, /appId/],
  ["no secret", { appSecret: "" }, /appSecret/],
  ["a secret of spaces", { appSecret: "  " }, /appSecret/],
  ["an undefined secret", { appSecret: undefined }, /appSecret/],
  ["an empty id", { id: "" }, /id/],
  ["a long id", { id: "x".repeat(129) }, /id/],
  ["an unknown platform", { platform: "wechta" }, /platform/],
  ["an endpoint that is no URL", { endpoint: "api.weixin.qq.com" }, /not a URL/],
  ["http to the environment", { endpoint: "http://api.weixin.qq.com" }, /https/],
  ["http to a name that begins like loopback", { endpoint: "http://127.0.0.1.example.com" }, /https/],
  ["a text for allowPlainHttp", { allowPlainHttp: "yes" }, /allowPlainHttp/],
  ["another protocol", { endpoint: "file:///etc/passwd" }, /https/],
  ["a user name", { endpoint: "https://me:pass@api.example.com" }, /more than/],
  ["a query", { endpoint: "https://api.example.com?x=1" }, /more than/],
  ["a fragment", { endpoint: "https://api.example.com#" }, /more than/],
  ["an empty scope", { unionScope: "" }, /unionScope/],
  ["a scope that is no text", { unionScope: true }, /unionScope/],
  ["a proof that is required or not", { requireProof: "yes" }, /requireProof/],
  [
    "a misspelled option",
    { unionscope: null },
    /unionscope: there is no option "unionscope"; did you mean "unionScope"/,
  ],
];
for (const [name, change, message] of MISTAKES) {
  test(`${name} stops the start and repeats no secret`, async () => {
    const wrong = { ...APP, ...change } as AppOptions;
    assert.throws(
      () => createApps([wrong]),
      (error: unknown) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes(SECRET) && !error.message.includes("pass@"));
        return true;
      },
    );
    await assert.rejects(async () => createApps(() => wrong).find("wx-app"), hostFailed);
  });
}

test("http is fine on a loopback address, and trailing slashes go", () => {
  for (const [endpoint, tidy] of [
    ["http://127.0.0.1:8081/", "http://127.0.0.1:8081"],
    ["http://localhost:8081", "http://localhost:8081"],
    ["http://[::1]:8081/wx//", "http://[::1]:8081/wx"],
    ["https://proxy.example.com/wechat/", "https://proxy.example.com/wechat"],
  ] as const) {
    const app = createApps([{ ...APP, endpoint }]).find("wx-app");
    assert.ok(app !== undefined && !(app instanceof Promise));
    assert.equal(app.endpoint, tidy);
  }
});

test("one id twice stops the start", () => {
  assert.throws(() => createApps([APP, { ...APP, appSecret: "other" }]), TypeError);
  assert.throws(() => createApps([APP, { appId: "wx-b", appSecret: "b", id: "wx-app" }]), TypeError);
});

test("a function's apps are never linked unless it says so", async () => {
  const plain = await createApps(() => APP).find("wx-app");
  assert.equal(plain?.unionScope, null);
  const linked = await createApps(async () => ({ ...APP, unionScope: "owner-7" })).find("wx-app");
  assert.equal(linked?.unionScope, "owner-7");
});

test("a function's app has the id that was asked for, and no other", async () => {
  assert.equal((await createApps(() => APP).find("tenant-7"))?.id, "tenant-7");
  await assert.rejects(async () => createApps(() => ({ ...APP, id: "tenant-8" })).find("tenant-7"), hostFailed);
});

test("a function that knows no such app, fails, or answers nonsense", async () => {
  assert.equal(await createApps(() => undefined).find("x"), undefined);
  const failing = createApps(() => {
    throw new Error("database down");
  });
  await assert.rejects(async () => failing.find("x"), hostFailed);
  await assert.rejects(async () => createApps(() => Promise.reject(new Error("down"))).find("x"), hostFailed);
  await assert.rejects(async () => createApps(() => JSON.parse("null")).find("x"), hostFailed);
});

test("what cannot be a client id never reaches the host's function", async () => {
  let asked = 0;
  const apps = createApps(() => {
    asked += 1;
    return APP;
  });
  for (const clientId of ["", "a b", "x\ny", "é", "x".repeat(129)]) assert.equal(await apps.find(clientId), undefined);
  assert.equal(asked, 0);
});

test("plain http to another machine needs an option whose name says it", () => {
  const app = createApps([{ ...APP, endpoint: "http://api.weixin.qq.com", allowPlainHttp: true }]).find("wx-app");
  assert.ok(app !== undefined && !(app instanceof Promise));
  assert.equal(app.endpoint, "http://api.weixin.qq.com");
});
