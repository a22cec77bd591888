import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { freshFolder, spawnHufu, typed } from "../hufu.fixture.ts";

test("simulate explains itself over HTTP, knows the apps that it was told, and ends on a signal with 0", async (t) => {
  const child = spawnHufu(["simulate", "--port", "0", "--app", "wx-demo:a:secret"], { folder: freshFolder(t) });
  assert.ok(child.stdout !== null);
  const [words] = await once(child.stdout.setEncoding("utf8"), "data");
  const url = /listens on (http:\/\/127\.0\.0\.1:\d+);/.exec(String(words))?.[1];
  assert.match(await (await fetch(`${url}/_simulator`)).text(), /A simulated api\.weixin\.qq\.com/);
  const issued = await fetch(`${url}/_simulator/codes`, { method: "POST", body: '{"user":"alice"}' });
  const { code } = (await issued.json()) as { code: string };
  const query = new URLSearchParams({
    appid: "wx-demo",
    secret: "a:secret",
    js_code: code,
    grant_type: "authorization_code",
  });
  const exchanged = (await (await fetch(`${url}/sns/jscode2session?${query}`)).json()) as { openid?: string };
  assert.match(String(exchanged.openid), /^o/);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

test("an app without a secret is a mistake", async (t) => {
  const { code, err } = await typed(["simulate", "--port", "0", "--app", "wx-demo"], { folder: freshFolder(t) });
  assert.equal(code, 2);
  assert.match(err, /write APPID:SECRET/);
  const headless = await typed(["simulate", "--app", ":half-a-secret"], { folder: freshFolder(t) });
  assert.equal(headless.code, 2);
  assert.ok(!headless.err.includes("half-a-secret"));
});

test("its help names one default for the apps", async (t) => {
  const { out } = await typed(["simulate", "--help"], { folder: freshFolder(t) });
  assert.match(out, /any\s+appid\s+with\s+any\s+secret/);
  assert.ok(!out.includes("[]"));
});

test("--host 0.0.0.0 prints addresses that can be called", async (t) => {
  const args = ["simulate", "--port", "0", "--host", "0.0.0.0"];
  const child = spawnHufu(args, { folder: freshFolder(t) });
  assert.ok(child.stdout !== null);
  const [words] = await once(child.stdout.setEncoding("utf8"), "data");
  assert.match(words, /listens on http:\/\/127\.0\.0\.1:\d+;/);
  assert.match(words, /Other machines in the same network call http:|no address in a local network/);
  assert.ok(!String(words).includes("0.0.0.0"));
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});
