import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import express from "express";
import { mount } from "../../server/src/adapters/express/index.ts";
import { createHttp } from "../../server/src/http/create-http.ts";
import { createHufu } from "../../server/src/hufu/create-hufu.ts";
import type { Hufu } from "../../server/src/hufu/hufu.ts";
import type { HufuOptions } from "../../server/src/hufu/options/options.ts";

const APP = "wx0000000000000001";
const ISSUER = "http://localhost/auth";
const NOT_THE_SECRET = "test only: not the secret of this app";

/** A deployment whose log is `log`, and how a code of one user is got. */
async function deployed(t: TestContext, options: Partial<HufuOptions> & { readonly appSecret?: string }) {
  const { appSecret = "test only: an app secret", ...rest } = options;
  const folder = mkdtempSync(join(tmpdir(), "hufu-log-"));
  const wechat = createSimulatedWeChat({ apps: [{ appId: APP, appSecret: "test only: an app secret" }] });
  const platform = await wechat.listen();
  const hufu = await createHufu({
    issuer: ISSUER,
    secret: "test only: 7f1d0c52b9e84a6f93d2c1e05b7a8846",
    database: `sqlite:${join(folder, "hufu.db")}`,
    apps: [{ appId: APP, appSecret, endpoint: platform.url }],
    ...rest,
  });
  t.after(async () => {
    await hufu.close();
    await platform.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { hufu, code: () => wechat.issueCode({ appId: APP, user: "anna" }) };
}

function signIn(hufu: Hufu, code: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: "urn:hufu:grant-type:login-code", client_id: APP, code });
  return Promise.resolve(createHttp(hufu).fetch(new Request(`${ISSUER}/oauth/token`, { method: "POST", body })));
}

/** Everything that a console is told. */
function recordedConsole() {
  const lines: string[] = [];
  const keep = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, log: { debug: () => undefined, info: () => undefined, warn: keep, error: keep } };
}

const throwing = (): never => {
  throw new Error("the members' table is gone");
};

test("a throwing resolveUser is one line with its cause, however often it is asked, and counted", async (t) => {
  const { log, lines } = recordedConsole();
  const { hufu, code } = await deployed(t, { log, resolveUser: throwing });
  for (let time = 0; time < 3; time += 1) assert.equal((await signIn(hufu, code())).status, 503);
  const told = lines.filter((line) => line.includes("resolveUser failed"));
  assert.equal(told.length, 1, lines.join("\n"));
  assert.match(told[0] ?? "", /a function of your back end failed, and sign-ins are answered 503/);
  assert.equal(hufu.notices.counts().host_unavailable, 3);
});

test("a wrong AppSecret says what to compare, without the secret", async (t) => {
  const { log, lines } = recordedConsole();
  const { hufu, code } = await deployed(t, { log, appSecret: NOT_THE_SECRET });
  for (let time = 0; time < 3; time += 1) assert.equal((await signIn(hufu, code())).status, 502);
  assert.equal(lines.filter((line) => line.includes("compare appId, appSecret")).length, 1, lines.join("\n"));
  assert.ok(!lines.join("\n").includes(NOT_THE_SECRET));
  assert.equal(hufu.notices.counts().platform_misconfigured, 3);
});

test("mount inherits the logger of createHufu, and a logger of its own takes its place", async (t) => {
  const [theirs, own] = [recordedConsole(), recordedConsole()];
  const { hufu, code } = await deployed(t, { log: theirs.log, resolveUser: throwing });
  for (const options of [{}, { log: own.log }]) {
    const app = express();
    mount(app, hufu, options);
    const server = app.listen(0, "127.0.0.1");
    t.after(() => server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const body = new URLSearchParams({ grant_type: "urn:hufu:grant-type:login-code", client_id: APP, code: code() });
    const { status } = await fetch(`http://127.0.0.1:${port}/auth/oauth/token`, { method: "POST", body });
    assert.equal(status, 503);
    assert.equal(theirs.lines.filter((line) => line.includes("resolveUser failed")).length, 1);
  }
  assert.equal(own.lines.filter((line) => line.includes("resolveUser failed")).length, 1);
});

test("without a logger the same lines go to standard error, at most one a minute and kind", async (t) => {
  const written = t.mock.method(console, "error", () => undefined);
  const { hufu, code } = await deployed(t, { resolveUser: throwing });
  for (let time = 0; time < 3; time += 1) await signIn(hufu, code());
  const lines = written.mock.calls.map(({ arguments: [line] }) => String(line));
  assert.equal(lines.filter((line) => line.startsWith("hufu: warn: a function of your back end failed")).length, 1);
});

test("what is no logger is refused at the start", async () => {
  for (const log of [{}, "info", { ...console, error: "no function" }]) {
    const options = {
      issuer: ISSUER,
      secret: "x".repeat(32),
      database: "sqlite::memory:",
      apps: [],
      log: log as never,
    };
    await assert.rejects(createHufu(options), { name: "TypeError", message: /log: must have the methods/ });
  }
});
