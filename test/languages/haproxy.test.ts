import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { startHaproxy } from "../infrastructure/haproxy.fixture.ts";
import { serveHufuForOthers } from "./hufu-for-others.fixture.ts";
import { assertVerifies, EXAMPLES, statusOf } from "./other-backend.fixture.ts";

const FOLDER = join(EXAMPLES, "haproxy");
const run = promisify(execFile);

test("HAProxy lets good tokens through alone, and tells the back end whose they are", async (t) => {
  const hufu = await serveHufuForOthers();
  t.after(() => hufu.close());
  const keys = mkdtempSync(join(tmpdir(), "hufu-keys-"));
  t.after(() => rmSync(keys, { recursive: true, force: true }));
  // HAProxy runs as another user than this test.
  chmodSync(keys, 0o755);
  const users: unknown[] = [];
  const orders = createServer((request, response) => {
    users.push(request.headers["x-user-id"]);
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await once(orders, "listening");
  t.after(() => orders.close());

  const writeKeys = async (): Promise<string> =>
    (await run(process.execPath, ["jwks-to-pem.ts", hufu.issuer, keys], { cwd: FOLDER })).stdout;
  assert.equal(await writeKeys(), "changed\n");
  assert.equal(await writeKeys(), "unchanged\n");
  const configuration = (port: number): string =>
    readFileSync(join(FOLDER, "haproxy.cfg"), "utf8")
      .replace("127.0.0.1:8080", `127.0.0.1:${port}`)
      .replace("127.0.0.1:3001", `127.0.0.1:${(orders.address() as AddressInfo).port}`)
      .replaceAll("/etc/haproxy/", `${keys}/`)
      .replace("https://api.example.com/auth", hufu.issuer)
      .replace("https://orders.example.com", hufu.audience);
  const proxy = await startHaproxy(configuration);
  t.after(() => proxy.close());
  const backend = { url: `http://127.0.0.1:${proxy.port}` };
  await assertVerifies(backend, hufu);
  assert.ok(
    users.length > 0 && users.every((user) => /^u_/.test(String(user))),
    "none reached the back end without a user",
  );

  const token = await hufu.signIn("carol");
  await hufu.kick(token);
  assert.equal(await statusOf(backend, token), 200, "what it cannot see: a revoked token passes until it expires");
});
