// What a failure of the platform means: a bug is told once and with what to do, and only a network failure is "no network".
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPlatformFailure } from "../../client/src/runtime/platform-failure.ts";
import { failureOf, openShop } from "./shop.fixture.ts";

const FAILURES: readonly (readonly [failure: unknown, outcome: string, retry: boolean])[] = [
  [{ errMsg: "request:fail abort" }, "offline aborted", false],
  [{ errMsg: "request:fail abort statusCode:-1" }, "offline no_network", true],
  [{ errMsg: "request:fail Software caused connection abort" }, "offline no_network", true],
  [{ errMsg: "request:fail interrupted" }, "offline interrupted", true],
  [{ errMsg: "request:fail fail:interrupted", errno: 600003 }, "offline interrupted", true],
  [{ errMsg: "request:fail timeout" }, "offline timeout", true],
  [{ errMsg: "request:fail 请求超时。" }, "offline timeout", true],
  [{ errMsg: "request:fail -118:net::ERR_CONNECTION_TIMED_OUT" }, "offline timeout", true],
  [{ errMsg: "request:fail", errno: 5 }, "offline timeout", true],
  [{ errMsg: "request:fail " }, "offline no_network", true],
  [{ errMsg: "request:fail something", errno: 600000 }, "offline no_network", true],
  [{ errMsg: "request:fail something", errno: "600001" }, "offline no_network", true],
  [{ errMsg: "request:fail 似乎已断开与互联网的连接。" }, "offline no_network", true],
  [{ errMsg: "request:fail 网络连接已中断。" }, "offline no_network", true],
  [{ errMsg: "request:fail 未能找到使用指定主机名的服务器。" }, "offline no_network", true],
  [{ errMsg: "request:fail request connect error" }, "offline no_network", true],
  [{ errMsg: 'request:fail Unable to resolve host "api.example.com"' }, "offline no_network", true],
  [
    { errMsg: "request:fail errcode:-106 cronet_error_code:-106 error_msg:net::ERR_INTERNET_DISCONNECTED" },
    "offline no_network",
    true,
  ],
  [{ errMsg: "login:fail api freq out of limit", errno: 45009 }, "busy login_too_often", true],
  [{ errMsg: "login:fail 操作频繁" }, "busy login_too_often", true],
  [{ errMsg: "login:fail system error" }, "busy platform_busy", true],
  [{ errMsg: "login:fail 系统错误，错误码：-1" }, "busy platform_busy", true],
  [{ errMsg: "request:fail url not in domain list" }, "bug domain_not_listed", false],
  [{ errMsg: "request:fail https://x 不在以下 request 合法域名列表中" }, "bug domain_not_listed", false],
  [{ errMsg: "request:fail -202:net::ERR_CERT_AUTHORITY_INVALID" }, "bug certificate_refused", false],
  [{ errMsg: "request:fail errcode:-201 cronet_error_code:-201 error_msg:x" }, "bug certificate_refused", false],
  [{ errMsg: "request:fail ssl hand shake error" }, "bug certificate_refused", false],
  [{ errMsg: "request:fail 此服务器的证书无效。" }, "bug certificate_refused", false],
  [
    { errMsg: "request:fail The certificate for this server is invalid", errno: 600000 },
    "bug certificate_refused",
    false,
  ],
  [{ errMsg: "request:fail invalid url" }, "bug call_invalid", false],
  [{ errMsg: "request:fail method is invalid" }, "bug call_invalid", false],
  [{ errMsg: "uploadFile:fail file not found" }, "bug call_invalid", false],
  [{ errMsg: "request:fail parameter error: parameter.url should be String" }, "bug call_invalid", false],
  [{ errMsg: "login:fail no permission" }, "bug platform_refused", false],
  [{ errMsg: "login:fail access denied" }, "bug platform_refused", false],
  [{ errMsg: "login:fail not supported in single page mode" }, "bug platform_refused", false],
  [{ errMsg: "x:fail api scope is not declared in the privacy agreement" }, "bug platform_refused", false],
  [new TypeError("wx.login is not a function"), "bug platform_refused", false],
  [{ errMsg: "request:fail something new" }, "bug platform_failed", false],
  [{ errMsg: "request:ok" }, "bug platform_failed", false],
  [undefined, "bug platform_failed", false],
  [null, "bug platform_failed", false],
  ["", "bug platform_failed", false],
  [{}, "bug platform_failed", false],
];

test("each failure of a platform has its kind, its reason and whether it passes", () => {
  for (const [failure, outcome, retry] of FAILURES) {
    const verdict = readPlatformFailure(failure);
    const { kind, reason } = verdict.error;
    assert.deepEqual([`${kind} ${reason}`, verdict.retry], [outcome, retry], JSON.stringify(failure));
  }
});

test("a bug says what the platform said, and what to do where that is known", () => {
  const { error } = readPlatformFailure({ errMsg: "request:fail -202:net::ERR_CERT_AUTHORITY_INVALID" });
  assert.match(error.message, /certificate chain .*ERR_CERT_AUTHORITY_INVALID/);
  assert.match(readPlatformFailure({ errMsg: "login:fail no permission" }).error.message, /permissions.*no permission/);
  assert.match(readPlatformFailure({ errMsg: "request:fail x7" }).error.message, /request:fail x7/);
});

test("wx.login that an app cannot use is a bug, told once and remembered for a while", async (t) => {
  for (const fault of [
    "throws",
    { failsWith: { errMsg: "login:fail no permission" } },
    { failsWith: undefined },
    { succeedsWith: {} },
  ] as const) {
    const shop = await openShop(t, { speed: 20 });
    const phone = shop.phone();
    phone.fault("login", fault);
    const client = shop.client(phone);
    for (let call = 0; call < 5; call += 1) assert.match(await failureOf(client.get("/orders")), /^bug platform_/);
    phone.heal();
    assert.equal((await client.login()).signedIn, true, "the user may try again at once");
  }
});

test("a missing wx.login is a bug that names it", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone({ extras: { login: undefined } }));
  assert.match(String(await client.get("/orders").catch(String)), /bug: platform_refused: .*login is not a function/);
});

test("a certificate that the device refuses is a bug, told once", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  phone.fault("request", { failsWith: { errMsg: "request:fail -202:net::ERR_CERT_AUTHORITY_INVALID", errno: 600000 } });
  const client = shop.client(phone);
  assert.equal(await failureOf(client.get("/orders")), "bug certificate_refused");
  assert.equal(await failureOf(client.get("/orders")), "bug certificate_refused");
  assert.equal(phone.counters().logins, 1);
});
