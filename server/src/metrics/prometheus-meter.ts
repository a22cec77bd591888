import type { Counter, Gauge, Histogram } from "prom-client";
import type { Meter, Reading } from "../core/meter/meter.ts";
import { METRICS, type MetricName, type States } from "../core/meter/metrics.ts";

/** A `Registry` of prom-client: the metrics are registered there, and can be read with all others. */
export interface MetricsRegistry {
  registerMetric(metric: object): void;
  getSingleMetric(name: string): object | undefined;
}

/** The meter of one Hufu, or of one verifier. */
export interface PrometheusMeter extends Meter {
  /** Its states are not read any more. What was counted stays. */
  close(): void;
}

type PromClient = Pick<typeof import("prom-client"), "Counter" | "Gauge" | "Histogram">;
type State = keyof States;
type Readings = readonly Reading<State>[];
type Reader = () => number | Readings | undefined;

interface Registered {
  readonly counters: Map<MetricName, Counter>;
  readonly histograms: Map<MetricName, Histogram>;
  readonly readers: Map<MetricName, Set<Reader>>;
}

/** Two Hufus on one registry, such as before and after a reload, count in the same metrics. */
const known = new WeakMap<MetricsRegistry, Registered>();
const EVERY_METRIC = Object.keys(METRICS) as readonly MetricName[];

/**
 * Registers these metrics, as far as this registry has not got them yet.
 * @param names by default every metric that there is
 * @throws TypeError if the registry has another metric of the same name
 */
export async function prometheusMeter(registry: MetricsRegistry, names = EVERY_METRIC): Promise<PrometheusMeter> {
  const client = await import("prom-client");
  assertNamesFree(registry, names);
  const { counters, histograms, readers } = register(client, registry, names);
  const ours: (() => void)[] = [];
  return Object.freeze<PrometheusMeter>({
    isOn: true,
    count(name, labels, by = 1) {
      counters.get(name)?.inc(bounded(name, labels), by);
    },
    time(name, labels, ms) {
      histograms.get(name)?.observe(bounded(name, labels), Math.max(0, ms) / 1000);
    },
    watch(name, read) {
      const all = readers.get(name);
      all?.add(read);
      ours.push(() => all?.delete(read));
    },
    close() {
      for (const end of ours.splice(0)) end();
    },
  });
}

/** @throws TypeError if the registry has another metric of one of these names */
export function assertNamesFree(registry: MetricsRegistry, names: readonly MetricName[]): void {
  const ours = known.get(registry);
  const isOurs = (name: MetricName): boolean => ours?.readers.has(name) === true || ours?.histograms.has(name) === true;
  const taken = names.find((name) => !isOurs(name) && registry.getSingleMetric(name) !== undefined);
  if (taken !== undefined) throw new TypeError(`metrics: this registry has a metric ${taken} already`);
}

function register(client: PromClient, registry: MetricsRegistry, names: readonly MetricName[]): Registered {
  const registered = known.get(registry) ?? { counters: new Map(), histograms: new Map(), readers: new Map() };
  known.set(registry, registered);
  const { counters, histograms, readers } = registered;
  for (const name of names) {
    if (readers.has(name) || histograms.has(name)) continue;
    const { type, help, labels, buckets } = METRICS[name];
    const shared = { name, help, labelNames: Object.keys(labels), registers: [] };
    if (type === "histogram") {
      const histogram = new client.Histogram({
        ...shared,
        ...(buckets === undefined ? {} : { buckets: [...buckets] }),
      });
      histograms.set(name, histogram);
      registry.registerMetric(histogram);
      continue;
    }
    const all = new Set<Reader>();
    readers.set(name, all);
    if (type === "gauge") {
      const gauge = new client.Gauge({
        ...shared,
        collect: () => {
          forget(gauge, labels);
          for (const { labels: of, value } of readAll(name, all)) gauge.set(bounded(name, of), value);
        },
      });
      registry.registerMetric(gauge);
      continue;
    }
    const counter = new client.Counter({
      ...shared,
      collect: () => {
        if (!STATES.has(name)) return;
        forget(counter, labels);
        for (const { labels: of, value } of readAll(name, all)) counter.inc(bounded(name, of), value);
      },
    });
    counters.set(name, counter);
    registry.registerMetric(counter);
  }
  return registered;
}

/** Counters that a part keeps itself. */
const STATES: ReadonlySet<string> = new Set<State>([
  "hufu_verifier_checks_total",
  "hufu_database_lost_races_total",
  "hufu_refresh_batches_total",
  "hufu_refresh_batched_total",
  "hufu_notices_total",
  "hufu_log_lines_dropped_total",
  "hufu_refusals_dropped_total",
]);

/** A metric without labels would otherwise say 0 where nothing is known. */
function forget(metric: Pick<Gauge, "reset" | "remove">, labels: object): void {
  if (Object.keys(labels).length === 0) metric.remove();
  else metric.reset();
}

function readAll(name: MetricName, readers: ReadonlySet<Reader>): Readings {
  const { several } = METRICS[name];
  if (several === undefined) return readingsOf([...readers].at(-1));
  const values = new Map<string, Reading<State>>();
  for (const { labels, value } of [...readers].flatMap(readingsOf)) {
    const key = JSON.stringify(labels);
    const before = values.get(key)?.value;
    const sum = several === "sum" ? value + (before ?? 0) : Math.max(value, before ?? value);
    values.set(key, { labels, value: sum });
  }
  return [...values.values()];
}

function readingsOf(read: Reader | undefined): Readings {
  const values = read?.();
  if (values === undefined) return [];
  return typeof values === "number" ? [{ labels: {}, value: values }] : values;
}

/** The labels that a metric has. A value that its list does not know is `other`, so that no mistake makes series without end. */
function bounded(name: MetricName, given: object): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [label, values] of Object.entries(METRICS[name].labels)) {
    const value: unknown = Reflect.get(given, label);
    const text = typeof value === "string" ? value : "";
    labels[label] = typeof values === "string" || values.includes(text) ? text : "other";
  }
  return labels;
}
