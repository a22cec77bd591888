import assert from "node:assert/strict";
import { test } from "node:test";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { createJointMetrics } from "./joint-metrics.ts";

/** The registry of one worker. */
function worker() {
  const registry = new Registry();
  const registers = [registry];
  return {
    refusals: new Counter({ name: "refusals_total", help: "h", labelNames: ["reason"], registers }),
    took: new Histogram({ name: "took_seconds", help: "h", buckets: [1], registers }),
    age: new Gauge({ name: "age_seconds", help: "h", registers }),
    // prom-client itself would leave this out.
    start: new Gauge({ name: "start_seconds", help: "h", aggregator: "omit", registers }),
    read: () => registry.getMetricsAsJSON(),
  };
}

const linesOf = async (registry: Registry): Promise<readonly string[]> =>
  (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("counters and histograms are added up, and each worker's states are shown beside each other", async () => {
  const [one, two] = [worker(), worker()];
  one.refusals.inc({ reason: "a" }, 2);
  two.refusals.inc({ reason: "a" }, 3);
  two.refusals.inc({ reason: "b" });
  one.took.observe(0.5);
  two.took.observe(2);
  one.age.set(0.25);
  two.age.set(7);
  const joint = await createJointMetrics();
  const read = new Map([
    ["1", await one.read()],
    ["2", await two.read()],
  ]);
  assert.deepEqual(await linesOf(await joint.of(read)), [
    'refusals_total{reason="a"} 5',
    'refusals_total{reason="b"} 1',
    'took_seconds_bucket{le="1"} 1',
    'took_seconds_bucket{le="+Inf"} 2',
    "took_seconds_sum 2.5",
    "took_seconds_count 2",
    'age_seconds{worker="1"} 0.25',
    'age_seconds{worker="2"} 7',
    'start_seconds{worker="1"} 0',
    'start_seconds{worker="2"} 0',
  ]);
});

test("no counter falls when workers end, or do not answer; their states are gone", async () => {
  const joint = await createJointMetrics();
  const lives = worker();
  lives.refusals.inc({ reason: "a" }, 1);
  const shown = async (read: ReadonlyMap<string, Awaited<ReturnType<typeof lives.read>>>) =>
    (await linesOf(await joint.of(read))).filter((line) => /^(?:refusals|age)/.test(line));
  // Three after one another in the second place.
  for (const before of [0, 10, 20]) {
    const dies = worker();
    dies.refusals.inc({ reason: "a" }, 10);
    const read = new Map([
      ["1", await lives.read()],
      ["2", await dies.read()],
    ]);
    assert.equal((await shown(read))[0], `refusals_total{reason="a"} ${1 + before + 10}`);
    joint.ended("2");
  }
  assert.deepEqual(await shown(new Map([["1", await lives.read()]])), [
    'refusals_total{reason="a"} 31',
    'age_seconds{worker="1"} 0',
  ]);
  assert.deepEqual(await shown(new Map()), ['refusals_total{reason="a"} 31']);
});

test("a sum of fractions does not fall by its last digit when a worker ends", async () => {
  const joint = await createJointMetrics();
  const workers = [0.1, 0.2, 0.3].map((seconds) => {
    const one = worker();
    one.took.observe(seconds);
    return one;
  });
  const sumOf = async (numbers: readonly number[]): Promise<number> => {
    const read = new Map<string, Awaited<ReturnType<(typeof workers)[0]["read"]>>>();
    for (const number of numbers) read.set(String(number), (await workers[number]?.read()) ?? assert.fail());
    const line = (await linesOf(await joint.of(read))).find((one) => one.startsWith("took_seconds_sum "));
    return Number(line?.split(" ")[1]);
  };
  const before = await sumOf([0, 1, 2]);
  assert.ok(0.2 + 0.3 + 0.1 < before, "in another order it would be less");
  joint.ended("0");
  assert.equal(await sumOf([1, 2]), before);
});
