import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSimulatedWeChat } from "@hufu/simulator";
import { onFreePort } from "../../server/src/core/free-port.fixture.ts";

const APP = fileURLToPath(new URL("app.ts", import.meta.url));

test("an Express app with Hufu's lines signs in, lets the signed-in through, and refuses the rest", async (t) => {
  const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret: "demo" }] });
  const platform = await wechat.listen();
  t.after(platform.close);
  const folder = mkdtempSync(join(tmpdir(), "hufu-minimal-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  // The app's issuer names its port, so it cannot choose one itself.
  const { child, ended, origin } = await onFreePort(async (port) => {
    const child = spawn(process.execPath, ["--conditions=@hufu/source", APP], {
      cwd: folder,
      env: {
        ...process.env,
        PORT: `${port}`,
        HUFU_SECRET: randomBytes(32).toString("base64url"),
        WX_APPID: "wx-demo",
        WX_SECRET: "demo",
        WX_ENDPOINT: platform.url,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    t.after(() => child.kill("SIGKILL"));
    const ended = once(child, "exit");
    const line = once(createInterface({ input: child.stdout }), "line", { signal: AbortSignal.timeout(30_000) });
    const [first]: unknown[] = await Promise.race([line, ended]);
    assert.equal(first, `http://127.0.0.1:${port}`);
    return { child, ended, origin: String(first) };
  });
  const metadata = await fetch(`${origin}/.well-known/oauth-authorization-server/auth`);
  const { issuer }: { issuer?: string } = JSON.parse(await metadata.text());
  assert.equal(issuer, `${origin}/auth`);
  const body = new URLSearchParams({
    grant_type: "urn:hufu:grant-type:login-code",
    client_id: "wx-demo",
    code: wechat.issueCode({ user: "alice" }),
  });
  const answer = await fetch(`${origin}/auth/oauth/token`, { method: "POST", body });
  assert.equal(answer.status, 200);
  const { access_token: token }: { access_token?: string } = JSON.parse(await answer.text());
  const ask = (authorization: string) => fetch(`${origin}/orders`, { headers: { authorization } });

  assert.deepEqual(await (await ask(`Bearer ${token}`)).json(), { orders: ["green tea"] });
  assert.equal((await ask(`Bearer ${token}x`)).status, 401);
  const refused = await fetch(`${origin}/orders`, { headers: { "x-openid": wechat.openid({ user: "alice" }) } });
  assert.equal(refused.headers.get("hufu-reason"), "token_missing");

  child.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
});
