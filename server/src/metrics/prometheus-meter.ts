import type { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Meter, Reading } from "../core/meter/meter.ts";
import { METRICS, type MetricName, type States } from "../core/meter/metrics.ts";

/** A registry of prom-client: the metrics are registered there, and can be read with all others. */
export type MetricsRegistry = Pick<Registry, "registerMetric" | "getSingleMetric">;

/** The meter of one Hufu. */
export interface PrometheusMeter extends Meter {
  /** Its states are not read any more. What was counted stays. */
  close(): void;
}

type PromClient = Pick<typeof import("prom-client"), "Counter" | "Gauge" | "Histogram">;
type State = keyof States;
type Reader = () => number | readonly Reading<State>[] | undefined;

interface Registered {
  readonly counters: ReadonlyMap<string, Counter>;
  readonly histograms: ReadonlyMap<string, Histogram>;
  readonly readers: ReadonlyMap<string, Set<Reader>>;
}

/** Two Hufus on one registry, such as before and after a reload, count in the same metrics. */
const known = new WeakMap<MetricsRegistry, Registered>();

/**
 * Registers every metric, if this registry has not got them yet.
 * @throws TypeError if the registry has another metric of the same name
 */
export async function prometheusMeter(registry: MetricsRegistry): Promise<PrometheusMeter> {
  const client = await import("prom-client");
  const registered = known.get(registry) ?? register(client, registry);
  known.set(registry, registered);
  const { counters, histograms, readers } = registered;
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

function register({ Counter, Gauge, Histogram }: PromClient, registry: MetricsRegistry): Registered {
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  const readers = new Map<string, Set<Reader>>();
  const names = Object.keys(METRICS) as MetricName[];
  const taken = names.find((name) => registry.getSingleMetric(name) !== undefined);
  if (taken !== undefined) throw new TypeError(`metrics: this registry has a metric ${taken} already`);

  for (const name of names) {
    const { type, help, labels, buckets } = METRICS[name];
    const shared = { name, help, labelNames: Object.keys(labels), registers: [] };
    if (type === "histogram") {
      const histogram = new Histogram({ ...shared, ...(buckets === undefined ? {} : { buckets: [...buckets] }) });
      histograms.set(name, histogram);
      registry.registerMetric(histogram);
      continue;
    }
    const all = new Set<Reader>();
    readers.set(name, all);
    if (type === "gauge") {
      const gauge = new Gauge({
        ...shared,
        collect: () => {
          forget(gauge, labels);
          for (const { labels: of, value } of newest(all)) gauge.set(bounded(name, of), value);
        },
      });
      registry.registerMetric(gauge);
      continue;
    }
    const counter = new Counter({
      ...shared,
      collect: () => {
        if (!STATES.has(name)) return;
        forget(counter, labels);
        for (const { labels: of, value } of newest(all)) counter.inc(bounded(name, of), value);
      },
    });
    counters.set(name, counter);
    registry.registerMetric(counter);
  }
  return { counters, histograms, readers };
}

/** Counters that a part keeps itself. */
const STATES: ReadonlySet<string> = new Set<State>([
  "hufu_verifier_checks_total",
  "hufu_database_lost_races_total",
  "hufu_notices_total",
  "hufu_log_lines_dropped_total",
  "hufu_refusals_dropped_total",
]);

/** A metric without labels would otherwise say 0 where nothing is known. */
function forget(metric: Pick<Gauge, "reset" | "remove">, labels: object): void {
  if (Object.keys(labels).length === 0) metric.remove();
  else metric.reset();
}

function newest(readers: ReadonlySet<Reader>): readonly Reading<State>[] {
  const read = [...readers].at(-1)?.();
  if (read === undefined) return [];
  return typeof read === "number" ? [{ labels: {}, value: read }] : read;
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
