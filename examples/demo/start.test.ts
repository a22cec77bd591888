import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import { runScript } from "./run-script.fixture.ts";

const execute = promisify(execFile);

/** What `npm start` prints to try, each command's output on lines of its own. */
async function tryEverything(printed: string): Promise<readonly string[]> {
  const commands = printed.split("\n").filter((line) => line.startsWith("  "));
  const script = commands.map((command) => `${command}\necho; echo ----`).join("\n");
  const { stdout } = await execute("bash", ["-eu", "-c", script], { timeout: 60_000 });
  return stdout.split("----\n").map((text) => text.trim());
}

test("npm start: each command that it prints can be pasted, and does what the line above it says", async (t) => {
  const start = runScript("start.ts");
  t.after(start.close);
  while (!start.output().includes("Ctrl+C")) {
    assert.ok(start.child.stdout !== null);
    await once(start.child.stdout, "data", { signal: AbortSignal.timeout(30_000) });
  }

  const results = (await tryEverything(start.output())).filter((text) => text !== "");
  const promised = [
    /^\{"orders":\[\{"id":1001.*"id":1002/,
    /"id":1001.*"id":2001/,
    /^\{"roles":\["admin"\]\}$/,
    /^HTTP\/1\.1 401 [\s\S]*hufu-reason: token_stale/i,
    /^\{"orders":\[\{"id":1001.*"id":2001/,
    /^\{"ended":1\}$/,
    /"reason":"token_revoked","why":"kicked"/,
    /"reason":"session_kicked"/,
    /^\{"orders":\[\{"id":1001.*"id":1002/,
    /"reason":"token_missing"/,
  ];
  assert.equal(results.length, promised.length, results.join("\n"));
  for (const [index, promise] of promised.entries()) assert.match(results[index] ?? "", promise);

  start.child.kill("SIGTERM");
  const { code, errors } = await start.ended;
  assert.equal(errors, "");
  assert.equal(code, 0);
  assert.deepEqual(start.leftBehind(), []);
});
