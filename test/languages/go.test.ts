import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { serveHufuForOthers } from "./hufu-for-others.fixture.ts";
import { assertVerifies, EXAMPLES, refusesWithoutKeys, startBackend } from "./other-backend.fixture.ts";

/** Where Debian puts the sources of Go packages: no module proxy is asked. */
const DEBIANS = { GOPATH: "/usr/share/gocode", GO111MODULE: "off", GOFLAGS: "" };

test("a back end in Go, with golang-jwt, accepts good tokens alone", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-go-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "backend");
  const env = { ...process.env, ...DEBIANS, GOCACHE: join(folder, "cache") };
  await promisify(execFile)("go", ["build", "-o", program, "main.go"], { cwd: join(EXAMPLES, "go"), env });
  const hufu = await serveHufuForOthers();
  t.after(() => hufu.close());
  const backend = await startBackend(program, [hufu.issuer, hufu.audience], { cwd: folder });
  t.after(() => backend.close());
  await assertVerifies(backend, hufu);
  await refusesWithoutKeys((issuer) => startBackend(program, [issuer, hufu.audience], { cwd: folder }), hufu);
});
