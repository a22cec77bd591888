import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { deployment, signInWith, startHufu, typed } from "../hufu.fixture.ts";

/** Where the log says that metrics are served. */
function metricsIn(out: string): string {
  const line = out.split("\n").find((text) => text.includes("metrics are served at /metrics"));
  return `${JSON.parse(line ?? "{}").address}/metrics`;
}

test("metrics have a port of their own, and are there over a reload and until the server stops", async (t) => {
  const where = await deployment(t, { metrics: { port: 0 }, drain: "300ms" });
  const { child, address, written, ended } = await startHufu(["serve", "--config", "hufu.json"], where);
  const metrics = metricsIn(written.out);
  const read = async (): Promise<string> => (await fetch(metrics)).text();
  const signIn = (user: string) => signInWith(address, where.platform.issueCode({ user }));
  assert.equal((await signIn("alice")).status, 200);
  assert.match(await read(), /^hufu_sign_ins_total\{outcome="new_user"\} 1$/m);
  for (const path of ["/metrics", "/auth/metrics"]) assert.equal((await fetch(address + path)).status, 404, path);

  child.kill("SIGHUP");
  await until(() => written.out.includes("is in force"));
  assert.equal((await signIn("bob")).status, 200);
  const after = await read();
  assert.match(after, /^hufu_sign_ins_total\{outcome="new_user"\} 2$/m);
  assert.equal(after.match(/^hufu_feed_age_seconds /gm)?.length, 1);

  child.kill("SIGTERM");
  await until(() => written.out.includes("readyz is 503 from now on"));
  assert.match(await read(), /^hufu_feed_age_seconds /m);
  assert.equal((await ended).code, 0);
});

for (const [said, guards, kept] of [
  ["by default", undefined, 0],
  ["beside other options of guards", { maxSilence: "10s" }, 0],
  ["told to", { keepIssued: true }, 1],
] as const) {
  test(`${said}, serve keeps ${kept} of the tokens that it issues`, async (t) => {
    const where = await deployment(t, { metrics: { port: 0 }, drain: "0s", guards });
    const { address, written } = await startHufu(["serve", "--config", "hufu.json"], where);
    const signedIn = await signInWith(address, where.platform.issueCode({ user: "alice" }));
    assert.equal(signedIn.status, 200);
    const metrics = await (await fetch(metricsIn(written.out))).text();
    assert.equal(/^hufu_verifier_cached_tokens (\d+)$/m.exec(metrics)?.[1], String(kept));
  });
}

test("a metrics port that is taken stops the start with one sentence, before the database is touched", async (t) => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  const where = await deployment(t, { metrics: { host: "127.0.0.1", port } });
  const { code, err } = await typed(["serve", "--config", "hufu.json"], where);
  assert.equal(code, 1);
  assert.equal(err, `hufu: metrics: cannot listen on 127.0.0.1:${port}: another program uses this port\n`);
  assert.deepEqual(readdirSync(where.folder), ["hufu.json"]);
});

test("metrics on the port of listen are refused as a mistake in the configuration", async (t) => {
  const where = await deployment(t, { listen: { port: 8080 }, metrics: { port: 8080 } });
  const { code, err } = await typed(["serve", "--config", "hufu.json"], where);
  assert.equal(code, 1);
  assert.match(err, /metrics\.port is the port of listen as well/);
});
