import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BACKEND } from "../stack/served.fixture.ts";
import { type HufuForOthers, serveHufuForOthers } from "./hufu-for-others.fixture.ts";
import {
  assertVerifies,
  EXAMPLES,
  type OtherBackend,
  startBackend,
  statusOf,
  timeToRefusal,
} from "./other-backend.fixture.ts";

/** Debian's own Python, for which python3-jwt is packaged. */
const PYTHON = "/usr/bin/python3";
const FOLDER = join(EXAMPLES, "python");
const VECTORS = fileURLToPath(new URL("../../vectors/feed", import.meta.url));

test("the verifier in Python passes vectors/feed", async () => {
  const { stdout } = await promisify(execFile)(PYTHON, ["-B", "run_vectors.py", VECTORS], { cwd: FOLDER });
  assert.match(stdout, /^[1-9]\d* passed, 0 failed\n$/);
});

describe("back ends in Python beside a running Hufu", () => {
  let hufu: HufuForOthers;
  const backends: OtherBackend[] = [];

  async function start(...client: readonly string[]): Promise<OtherBackend> {
    const args = ["-B", "backend.py", hufu.issuer, hufu.audience, ...client];
    const backend = await startBackend(PYTHON, args, { cwd: FOLDER, env: { HUFU_CLIENT_SECRET: BACKEND.secret } });
    backends.push(backend);
    return backend;
  }

  before(async () => {
    hufu = await serveHufuForOthers();
  });
  after(async () => {
    await Promise.all(backends.map((backend) => backend.close()));
    await hufu.close();
  });

  test("with the published keys alone", async () => {
    const backend = await start();
    await assertVerifies(backend, hufu);
    const token = await hufu.signIn("carol");
    await hufu.kick(token);
    assert.equal(await statusOf(backend, token), 200, "what it cannot see: a revoked token passes until it expires");
  });

  test("with the revocation feed: an ended session is refused", async (t) => {
    const backend = await start(BACKEND.id);
    await assertVerifies(backend, hufu);
    t.diagnostic(`refused ${Math.round(await timeToRefusal(backend, hufu))} ms after the end`);
  });
});
