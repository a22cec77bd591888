import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createHttp } from "hufu/http";
import { acceptingLegacy, createAdmit } from "../../server/src/adapters/guard.ts";
import { startMetricsListener } from "../../server/src/cli/server/metrics-listener.ts";
import { HufuError } from "../../server/src/core/errors/errors.ts";
import { silentLogger } from "../../server/src/core/log/log.ts";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { openSqliteStore } from "../../server/src/store/sql/sqlite/open-sqlite-store.ts";
import type { Store } from "../../server/src/store/store.ts";
import { startReceiver, webhookSecret } from "../../server/src/webhooks/receiver.fixture.ts";
import { promtool, startPrometheus } from "../infrastructure/prometheus.fixture.ts";
import { BACKEND, serveHufu } from "../stack/served.fixture.ts";
import { verdictOf } from "../stack/verdict.ts";
import { RULE_TESTS, RULES, readAlerts, readQueries, selectorsIn } from "./queries.ts";

const SCRAPE_MS = 250;
const PAUSE_MOST_MS = 200;
const FAR = "2126-01-01T00:00:00+08:00";
const answerWith = (status: number) => (response: ServerResponse) => void response.writeHead(status).end();

test("promtool accepts the alerts, and each trouble alone fires its own", () => {
  for (const [command, file] of [
    ["check", RULES],
    ["test", RULE_TESTS],
  ] as const) {
    promtool(command, "rules", fileURLToPath(file));
  }
});

test("every alert says what is wrong, what to do, and where to read on", () => {
  const alerts = readAlerts();
  assert.ok(alerts.length > 10);
  for (const { alert, annotations } of alerts) {
    assert.match(annotations.summary, /\.$/, alert);
    assert.match(annotations.description, /\.$/, alert);
    assert.match(annotations.runbook_url, /docs\/guides\/observability\.md#alerts$/, alert);
  }
});

/** A store on SQLite that says it has a pool, and whose list of users does not answer. */
async function storeFor(t: TestContext): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-observed-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = await openSqliteStore({ file: join(folder, "hufu.db"), clock: systemClock, entryLifeMs: 720_000 });
  const silent = (): Promise<never> => Promise.reject(new HufuError("store_unavailable"));
  return {
    ...store,
    poolUse: () => ({ inUse: 1, waitedFor: 0, most: 10, lostRaces: 0 }),
    directory: { ...store.directory, users: silent },
  };
}

test("every query of the alerts and of the dashboard finds what a real Hufu shows to a real Prometheus", async (t) => {
  const listener = await startMetricsListener({ host: "127.0.0.1", port: 0 }, silentLogger);
  t.after(listener.close);
  const served = await serveHufu({
    database: await storeFor(t),
    metrics: listener.registry,
    log: { ...silentLogger, dropped: () => 0 },
    hooks: { onSignIn: () => undefined },
    webhooks: [
      { id: "gone", url: (await startReceiver(t, answerWith(410))).url, secret: webhookSecret("gone") },
      { id: "broken", url: (await startReceiver(t, answerWith(500))).url, secret: webhookSecret("broken") },
    ],
    // What is counted every ten seconds is counted at once.
    environment: { pause: (ms, signal) => delay(Math.min(ms, PAUSE_MOST_MS), undefined, { ref: false, signal }) },
    limits: { introspectionsPerMinute: 1 },
  });
  t.after(served.close);
  const prometheus = await startPrometheus(new URL(listener.url).host, SCRAPE_MS);
  t.after(prometheus.close);
  const { hufu, wechat } = served;
  const signIn = (code: string) => hufu.protocol.signIn({ clientId: "wx0000000000000001", code });
  const http = createHttp(hufu);
  const permission = "order:create";
  const admit = createAdmit<object>(hufu, { permission });
  const legacy = () => ({ userId: 42, permissions: [permission] });
  const admitLegacy = createAdmit<object>(acceptingLegacy(hufu, { legacy, until: FAR }), { permission });

  /** What makes each metric that needs an event. */
  async function oneRound(): Promise<void> {
    const code = wechat.issueCode({ user: "alice" });
    const { accessToken, refreshToken = "" } = await signIn(code);
    const form = { grant_type: "refresh_token", client_id: "wx0000000000000001", refresh_token: refreshToken };
    for (const body of [new URLSearchParams(form), new URLSearchParams({ ...form, client_id: "nobody" })]) {
      await http.fetch(new Request(`${served.issuer}/oauth/token`, { method: "POST", body }));
    }
    await admit(`Bearer ${accessToken}`, "", {});
    await verdictOf(() => admit(undefined, "", {}));
    await admitLegacy("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjQyfQ.of-the-old-back-end", "", {});
    const asker = { id: BACKEND.id, permissions: ["hufu.tokens:introspect"] };
    for (let times = 0; times < 2; times += 1) await verdictOf(() => hufu.protocol.introspect(accessToken, asker));
    await verdictOf(() => hufu.users.list());
    await verdictOf(() => signIn(code));
    wechat.fault({ path: "/sns/jscode2session", kind: "http-500" });
    await verdictOf(() => signIn(wechat.issueCode({ user: "unlucky" })));
  }

  // A rate needs two scrapes, and what grows between them.
  await oneRound();
  await until(async () => (await prometheus.query('hufu_sign_ins_total{outcome="new_user"}')).length > 0);
  await oneRound();
  await until(async () => (await prometheus.query("rate(hufu_sign_ins_total[30s]) > 0")).length > 0);
  await until(async () => (await prometheus.query('hufu_webhooks{state="dead"} > 0')).length > 0);

  const queries = readQueries();
  assert.ok(queries.length > 40);
  for (const { where, expression } of queries) {
    // An alert finds nothing while all is well; but it must be an expression, and what it looks at must be there.
    await prometheus.query(expression);
    const selectors = selectorsIn(expression);
    assert.notEqual(selectors.length, 0, where);
    for (const selector of selectors) {
      // What is counted in the background may not have been counted yet, or not been read since.
      const isThere = until(async () => (await prometheus.query(selector)).length > 0);
      await isThere.catch(() => assert.fail(`${where}: nothing is found by ${selector}`));
    }
  }
});
