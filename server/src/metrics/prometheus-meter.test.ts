import assert from "node:assert/strict";
import { test } from "node:test";
import { Counter, Registry } from "prom-client";
import { METRICS } from "../core/meter/metrics.ts";
import { prometheusMeter } from "./prometheus-meter.ts";

/** The lines of one metric, without its buckets. */
async function linesOf(registry: Registry, name: string): Promise<readonly string[]> {
  const lines = (await registry.metrics()).split("\n");
  return lines.filter((line) => line.startsWith(name) && !line.includes("_bucket"));
}

test("what is counted, timed and watched is read from the registry, durations in seconds", async () => {
  const registry = new Registry();
  const meter = await prometheusMeter(registry);
  meter.count("hufu_session_ends_total", { why: "kicked", rule: "administrator" }, 3);
  meter.count("hufu_session_ends_total", { why: "kicked", rule: "administrator" });
  meter.time("hufu_store_duration_seconds", { group: "users", outcome: "ok" }, 250);
  meter.time("hufu_store_duration_seconds", { group: "users", outcome: "ok" }, -1);
  meter.watch("hufu_feed_age_seconds", () => 1.5);
  meter.watch("hufu_verifier_checks_total", () => [{ labels: { cache: "hit" }, value: 7 }]);
  assert.deepEqual(await linesOf(registry, "hufu_session_ends_total"), [
    'hufu_session_ends_total{why="kicked",rule="administrator"} 4',
  ]);
  assert.deepEqual(await linesOf(registry, "hufu_store_duration_seconds"), [
    'hufu_store_duration_seconds_sum{group="users",outcome="ok"} 0.25',
    'hufu_store_duration_seconds_count{group="users",outcome="ok"} 2',
  ]);
  assert.deepEqual(await linesOf(registry, "hufu_feed_age_seconds"), ["hufu_feed_age_seconds 1.5"]);
  // Read twice: what grows by itself is shown as it is, not added up.
  for (let read = 0; read < 2; read += 1) {
    assert.deepEqual(await linesOf(registry, "hufu_verifier_checks_total"), [
      'hufu_verifier_checks_total{cache="hit"} 7',
    ]);
  }
});

test("a value that the table of metrics does not have becomes `other`", async () => {
  const registry = new Registry();
  const meter = await prometheusMeter(registry);
  for (let n = 0; n < 100; n += 1) {
    const strange: string = `client-${n}`;
    meter.count("hufu_refusals_total", { endpoint: "/oauth/token", reason: strange as "not_found" });
  }
  assert.deepEqual(await linesOf(registry, "hufu_refusals_total"), [
    'hufu_refusals_total{endpoint="/oauth/token",reason="other"} 100',
  ]);
});

test("a state that is not known has no line, and neither has one whose meter was closed", async () => {
  const registry = new Registry();
  const meter = await prometheusMeter(registry);
  meter.watch("hufu_deliveries_waiting", () => undefined);
  meter.watch("hufu_feed_age_seconds", () => 1);
  meter.watch("hufu_log_lines_dropped_total", () => undefined);
  assert.deepEqual(await linesOf(registry, "hufu_deliveries_waiting"), []);
  assert.deepEqual(await linesOf(registry, "hufu_log_lines_dropped_total"), []);
  assert.deepEqual(await linesOf(registry, "hufu_feed_age_seconds"), ["hufu_feed_age_seconds 1"]);
  meter.close();
  assert.deepEqual(await linesOf(registry, "hufu_feed_age_seconds"), []);
});

test("two Hufus on one registry count together, and the newest shows its states", async () => {
  const registry = new Registry();
  const before = await prometheusMeter(registry);
  const after = await prometheusMeter(registry);
  before.watch("hufu_feed_readers", () => 1);
  after.watch("hufu_feed_readers", () => 2);
  before.count("hufu_refresh_lost_races_total", {});
  after.count("hufu_refresh_lost_races_total", {});
  assert.deepEqual(await linesOf(registry, "hufu_refresh_lost_races_total"), ["hufu_refresh_lost_races_total 2"]);
  assert.deepEqual(await linesOf(registry, "hufu_feed_readers"), ["hufu_feed_readers 2"]);
  after.close();
  assert.deepEqual(await linesOf(registry, "hufu_feed_readers"), ["hufu_feed_readers 1"]);
});

test("a registry that has a metric of the same name is refused, and gets none of Hufu's", async () => {
  const registry = new Registry();
  registry.registerMetric(new Counter({ name: "hufu_feed_readers", help: "of the team", registers: [] }));
  await assert.rejects(prometheusMeter(registry), { name: "TypeError", message: /hufu_feed_readers already/ });
  assert.equal(registry.getMetricsAsArray().length, 1);
});

test("names follow Prometheus: counters end in _total, durations in _seconds, and each says what it is", () => {
  for (const [name, { type, help, labels }] of Object.entries(METRICS)) {
    assert.match(name, /^hufu_[a-z]+(?:_[a-z]+)*$/);
    assert.equal(name.endsWith("_total"), type === "counter", name);
    if (type === "histogram") assert.match(name, /_seconds$/);
    assert.match(help, /^[A-Z0-9].*\.$/);
    for (const label of Object.keys(labels)) assert.match(label, /^[a-z]+$/);
  }
});
