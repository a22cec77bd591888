// The guide's own code, compiled as a Nest application is, and run: the rest of the suite applies decorators by hand.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freePort } from "../../core/free-port.fixture.ts";
import { HufuModule } from "./index.ts";
import { createNestGuard } from "./nest-guard.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const COMPILER = ["--experimentalDecorators", "--emitDecoratorMetadata", "--target", "es2023", "--module", "nodenext"];

/** Inside the workspace, so that the packages are found. */
const folder = mkdtempSync(join(import.meta.dirname, "guide-"));

test("the guide's application compiles with its decorators, and guards what it says", async (t) => {
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const page = readFileSync(join(ROOT, "docs/guides/nest.md"), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  writeFileSync(join(folder, "main.mts"), code);
  const { stdout, status } = spawnSync("tsc", ["--ignoreConfig", "--noCheck", "--noResolve", ...COMPILER, "main.mts"], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout);
  const port = await freePort();
  const app = spawn(process.execPath, ["--conditions=@hufu/source", "--no-warnings", "main.mjs"], {
    cwd: folder,
    env: {
      ...process.env,
      PORT: String(port),
      HUFU_SECRET: "9b1f7e02c1d84a6f8e5d3c7b2a190f4e",
      WX_SECRET: "simulated",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => app.kill());
  await new Promise<void>((resolve, reject) => {
    app.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("successfully started")) resolve();
    });
    app.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
  });
  const ask = async (method: string, path: string): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { connection: "close" } });
    return [response.status, response.headers.get("hufu-reason") ?? (await response.text())];
  };
  // It logs that it has started before it listens.
  while ((await ask("GET", "/auth/healthz").catch(() => [0]))[0] !== 200);
  assert.deepEqual(await ask("GET", "/orders/menu"), [200, '{"signedIn":false}']);
  assert.deepEqual(await ask("GET", "/orders"), [401, "token_missing"]);
  assert.deepEqual(await ask("POST", "/orders"), [401, "token_missing"]);
  assert.deepEqual(await ask("GET", "/auth/me"), [401, "token_missing"]);
});

test("what is no HTTP request is refused, and a module may be made of a verifier alone", () => {
  const verifier = { check: (): never => assert.fail("asked") };
  const { canActivate } = createNestGuard(verifier);
  const socket = { getType: () => "ws" };
  assert.throws(
    () => Reflect.apply(canActivate, undefined, [socket]),
    /TypeError: HufuModule guards HTTP requests only, not ws/,
  );
  assert.equal(HufuModule.forRoot(verifier).providers?.length, 3);
});
