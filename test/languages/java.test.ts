import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { serveHufuForOthers } from "./hufu-for-others.fixture.ts";
import {
  assertVerifies,
  EXAMPLES,
  type OtherBackend,
  refusesWithoutKeys,
  startBackend,
} from "./other-backend.fixture.ts";

const JACKSON = ["databind", "core", "annotations"].map((name) => `/usr/share/java/jackson-${name}.jar`).join(":");
/** It lives for a second: what a long life would gain from better code, this one loses in making it. */
const QUICK = "-XX:TieredStopAtLevel=1";

test("a back end in Java, with the JDK's own signatures, accepts good tokens alone", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "hufu-java-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const source = join(EXAMPLES, "java", "Orders.java");
  await promisify(execFile)("javac", [`-J${QUICK}`, "-proc:none", "-cp", JACKSON, "-d", folder, source]);
  const hufu = await serveHufuForOthers();
  t.after(() => hufu.close());
  const start = (issuer: string): Promise<OtherBackend> =>
    startBackend("java", [QUICK, "-cp", `${folder}:${JACKSON}`, "Orders", issuer, hufu.audience], { cwd: folder });
  const backend = await start(hufu.issuer);
  t.after(() => backend.close());
  await assertVerifies(backend, hufu);
  await refusesWithoutKeys(start, hufu);
});
