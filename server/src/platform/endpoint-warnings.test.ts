import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../core/log/log.ts";
import { createEndpointWarnings } from "./endpoint-warnings.ts";
import { appAt } from "./wechat/scripted-wechat.fixture.ts";

/** The lines about an endpoint, each found three times. */
function linesAbout(endpoint: string, isProduction: boolean): readonly string[] {
  const lines: string[] = [];
  const log = {
    ...silentLogger,
    warn: (fields: object, message: string) => void lines.push(`warn ${JSON.stringify(fields)} ${message}`),
    error: (fields: object, message: string) => void lines.push(`error ${JSON.stringify(fields)} ${message}`),
  };
  const inspect = createEndpointWarnings(log, isProduction);
  for (let times = 0; times < 3; times += 1) inspect(appAt(endpoint));
  return lines;
}

test("a platform on this machine is an error in production, once for each app, and nothing elsewhere", () => {
  for (const endpoint of ["http://127.0.0.1:4000", "http://localhost:4000", "http://[::1]:4000", "https://127.0.0.1"]) {
    const lines = linesAbout(endpoint, true);
    assert.equal(lines.length, 1, endpoint);
    assert.match(lines[0] ?? "", /^error .*"app":"wx-app".*NODE_ENV is production.*anybody sign in as anybody/);
    assert.deepEqual(linesAbout(endpoint, false), []);
  }
});

test("plain http to another machine is said loudly, https is not", () => {
  assert.match(linesAbout("http://api.weixin.qq.com", false)[0] ?? "", /^warn .*plain http \(allowPlainHttp\)/);
  assert.deepEqual(linesAbout("https://api.weixin.qq.com", true), []);
});
