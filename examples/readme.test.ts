import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createSimulatedWeChat } from "@hufu/simulator";
import { freePort } from "../server/src/core/free-port.fixture.ts";

const ROOT = join(import.meta.dirname, "..");
const APP_ID = "wx0123456789abcdef";
const START_MS = 20_000;

/** The code of the README's example, and the command that makes its secret. */
function readExample(readme: string): { readonly app: string; readonly makeSecret: string } {
  const text = readFileSync(join(ROOT, readme), "utf8");
  const app = /```ts\n(\/\/ app\.mjs\n[\s\S]*?)```/.exec(text)?.[1];
  const makeSecret = /^node -e "(.*)"$/m.exec(text)?.[1];
  assert.ok(app !== undefined && makeSecret !== undefined, `${readme} has an example and makes its secret`);
  return { app, makeSecret };
}

async function start(t: TestContext, folder: string, port: number): Promise<ChildProcess> {
  const node = spawn(process.execPath, ["--conditions=@hufu/source", "app.ts"], { cwd: folder, stdio: "ignore" });
  t.after(() => node.kill());
  for (const until = Date.now() + START_MS; Date.now() < until; await pause(50)) {
    assert.equal(node.exitCode, null, "the README's example starts");
    if (await fetch(`http://127.0.0.1:${port}/orders`).catch(() => undefined)) return node;
  }
  throw new Error(`the README's example did not answer within ${START_MS} ms`);
}

test("the README's example answers 200, 401 and 403, and keeps its secret across starts", async (t) => {
  const { app, makeSecret } = readExample("README.md");
  const folder = mkdtempSync(join(ROOT, ".docs-check-readme-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const wechat = createSimulatedWeChat({ apps: [{ appId: APP_ID, appSecret: "any" }] });
  const platform = await wechat.listen();
  t.after(() => platform.close());
  const port = await freePort();
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "app.ts"),
    app.replaceAll("http://127.0.0.1:8090", platform.url).replace("listen(3000)", `listen(${port}, "127.0.0.1")`),
  );
  execFileSync(process.execPath, ["-e", makeSecret], { cwd: folder });
  assert.equal(statSync(join(folder, "hufu.secret")).mode & 0o777, 0o600);
  assert.throws(() => execFileSync(process.execPath, ["-e", makeSecret], { cwd: folder, stdio: "pipe" }), /EEXIST/);

  const first = await start(t, folder, port);
  const url = `http://127.0.0.1:${port}`;
  const answer = await fetch(`${url}/auth/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: APP_ID,
      grant_type: "urn:hufu:grant-type:login-code",
      code: wechat.issueCode({ user: "alice", appId: APP_ID }),
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const ask = async (path: string, init: RequestInit): Promise<readonly [number, string | null]> => {
    const { status, headers } = await fetch(url + path, init);
    return [status, headers.get("hufu-reason")];
  };
  const headers = { authorization: `Bearer ${token}` };
  assert.deepEqual(await ask("/orders", { headers }), [200, null]);
  assert.deepEqual(await ask("/orders", {}), [401, "token_missing"]);
  assert.deepEqual(await ask("/refunds", { method: "POST", headers }), [403, "permission_denied"]);

  first.kill();
  await once(first, "exit");
  await start(t, folder, port);
  assert.deepEqual(await ask("/orders", { headers }), [200, null]);
});

test("both READMEs have the same example, but for its comments", () => {
  const bare = (code: string): string => code.replaceAll(/\/\/ .*$/gm, "").replaceAll(/\s+/g, " ");
  const [english, chinese] = [readExample("README.md"), readExample("README.zh-CN.md")];
  assert.equal(bare(chinese.app), bare(english.app));
  assert.equal(chinese.makeSecret, english.makeSecret);
});
