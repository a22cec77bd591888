import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { BACKEND } from "../stack/served.fixture.ts";
import { serveHufuForOthers } from "./hufu-for-others.fixture.ts";
import { EXAMPLES } from "./other-backend.fixture.ts";

const SCRIPT = join(EXAMPLES, "curl", "introspect.sh");

test("introspection with curl says what holds now, and an outage is an error and no answer", async (t) => {
  const hufu = await serveHufuForOthers();
  t.after(() => hufu.close());
  const token = await hufu.signIn("alice");

  async function ask(TOKEN: string, changes: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const env = { ...process.env, ISSUER: hufu.issuer, ORDERS_SECRET: BACKEND.secret, TOKEN, ...changes };
    const { stdout } = await promisify(execFile)("/bin/sh", [SCRIPT], { env });
    return JSON.parse(stdout);
  }
  const answer = (await ask(token)) as Readonly<Record<string, unknown>>;
  assert.equal(answer["active"], true);
  assert.equal(answer["aud"], hufu.audience);
  for (const [what, bad] of Object.entries(hufu.badTokens(token))) {
    const said = (await ask(bad)) as Readonly<Record<string, unknown>>;
    // Whom a token is for, and whether it is bound, the caller has to compare itself.
    if (said["active"] === true) assert.ok(said["aud"] !== hufu.audience || said["cnf"] !== undefined, what);
  }
  await hufu.kick(token);
  assert.deepEqual(await ask(token), { active: false });
  await assert.rejects(ask(token, { ORDERS_SECRET: "wrong" }), { code: 22 });
  await assert.rejects(ask(token, { ISSUER: "http://127.0.0.1:1/auth" }), { code: 7 });
});
