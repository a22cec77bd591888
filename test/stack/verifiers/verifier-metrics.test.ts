import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { createVerifier, type VerifierOptions } from "hufu/verify";
import { Counter, Registry } from "prom-client";
import { acceptingLegacy, createAdmit } from "../../../server/src/adapters/guard.ts";
import { BACKEND, type ServedHufu, serveHufu, signInAs, tampered } from "../served.fixture.ts";
import { verdictOf } from "../verdict.ts";

async function verifierBeside(t: TestContext, served: ServedHufu, options: Partial<VerifierOptions>) {
  const verifier = createVerifier({
    issuer: served.issuer,
    audience: served.hufu.audience,
    feed: { clientId: BACKEND.id, clientSecret: BACKEND.secret },
    ...options,
  } as VerifierOptions);
  t.after(() => verifier.close());
  await verifier.ready();
  return verifier;
}

/** The value of each line, by its metric with its labels. */
async function samplesOf(registry: Registry): Promise<ReadonlyMap<string, number>> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
}

async function served(t: TestContext): Promise<ServedHufu> {
  const hufu = await serveHufu();
  t.after(() => hufu.close());
  return hufu;
}

test("a verifier elsewhere counts checks and refusals, and shows the ages of its feed and keys", async (t) => {
  const hufu = await served(t);
  const metrics = new Registry();
  const verifier = await verifierBeside(t, hufu, { metrics });
  const { access_token: token } = await signInAs(hufu, "alice");
  const admit = createAdmit<object>(verifier, { permission: "order:create" });
  const admin = createAdmit<object>(verifier, { permission: "report:read:all" });
  await admit(`Bearer ${token}`, "", {});
  await admit(`Bearer ${token}`, "", {});
  await verdictOf(() => admin(`Bearer ${token}`, "", {}));
  await verdictOf(() => admit(`Bearer ${tampered(token)}`, "", {}));
  await verdictOf(() => admit(undefined, "", {}));

  const samples = await samplesOf(metrics);
  const expected = [
    ['hufu_verifier_checks_total{cache="hit"}', 2],
    ['hufu_verifier_checks_total{cache="miss"}', 2],
    ["hufu_verifier_cached_tokens", 1],
    ['hufu_guard_refusals_total{reason="permission_denied"}', 1],
    ['hufu_guard_refusals_total{reason="token_signature"}', 1],
    ['hufu_guard_refusals_total{reason="token_missing"}', 1],
    ["hufu_clock_skew_seconds", 0],
    ['hufu_notices_total{kind="issuer_unreachable"}', 0],
  ] as const;
  assert.deepEqual(
    expected.map(([line]) => [line, samples.get(line)]),
    expected.map(([line, value]) => [line, value]),
  );
  for (const age of ["hufu_feed_age_seconds", "hufu_keys_age_seconds"]) assert.ok((samples.get(age) ?? -1) >= 0, age);
  // Nothing that only the server can know is shown as 0.
  assert.deepEqual(
    [...samples.keys()].filter((line) => line.startsWith("hufu_refresh") || line.startsWith("hufu_store")),
    [],
  );
});

test("two verifiers of one registry are summed, and a closed one is left out", async (t) => {
  const hufu = await served(t);
  const metrics = new Registry();
  const one = await verifierBeside(t, hufu, { metrics });
  const other = await verifierBeside(t, hufu, { metrics });
  const { access_token: token } = await signInAs(hufu, "alice");
  await one.checkToken(token);
  await other.checkToken(token);
  await other.checkToken(token);
  const misses = 'hufu_verifier_checks_total{cache="miss"}';
  const hits = 'hufu_verifier_checks_total{cache="hit"}';
  const both = await samplesOf(metrics);
  assert.deepEqual([both.get(misses), both.get(hits)], [2, 1]);
  other.close();
  const left = await samplesOf(metrics);
  assert.deepEqual([left.get(misses), left.get(hits)], [1, 0]);
});

test("a refusal counts though the metrics are not registered yet, and credentials of before are counted", async (t) => {
  const hufu = await served(t);
  const metrics = new Registry();
  const options = { issuer: hufu.issuer, audience: hufu.hufu.audience, metrics } as const;
  const verifier = createVerifier({ ...options, feed: { clientId: BACKEND.id, clientSecret: BACKEND.secret } });
  t.after(() => verifier.close());
  const until = new Date(Date.now() + 60_000);
  const admit = createAdmit<object>(acceptingLegacy(verifier, { legacy: () => null, until }), {});
  assert.throws(() => admit(undefined, "", {}), { reason: "token_missing" });
  assert.equal(metrics.getSingleMetric("hufu_guard_refusals_total"), undefined);
  await verifier.ready();
  await verdictOf(() => admit(`Bearer ${"x".repeat(40)}`, "", {}));
  const samples = await samplesOf(metrics);
  assert.equal(samples.get('hufu_guard_refusals_total{reason="token_missing"}'), 1);
  assert.equal(samples.get('hufu_legacy_credentials_total{outcome="refused"}'), 1);
});

test("what is no registry, or has such a metric already, is refused when the verifier is made", () => {
  const options = {
    issuer: "https://api.example.com/auth",
    audience: "https://api.example.com",
    dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  } as const;
  const taken = new Registry();
  taken.registerMetric(new Counter({ name: "hufu_guard_refusals_total", help: "of the team", registers: [] }));
  assert.throws(() => createVerifier({ ...options, metrics: taken }), { message: /hufu_guard_refusals_total already/ });
  for (const metrics of [null, {}, true]) {
    assert.throws(() => createVerifier({ ...options, metrics: metrics as never }), { message: /^metrics: expected/ });
  }
});
