import type { Registry } from "prom-client";
import type { MetricTexts } from "./messages.ts";

/** The metrics of all workers as those of one node. */
export interface JointMetrics {
  /**
   * Counters and histograms added up, with those of workers that have ended, so that none ever falls; each gauge once for
   * each process, with the label `worker`.
   * @param read what each process tells now; for one that does not answer, what it counted when it was last read
   */
  of(read: ReadonlyMap<string, MetricTexts>): Promise<Registry>;
  /** This process has ended. What it counted after it was last read is lost. */
  ended(process: string): void;
}

export async function createJointMetrics(): Promise<JointMetrics> {
  const { AggregatorRegistry } = await import("prom-client");
  const lastRead = new Map<string, MetricTexts>();
  const past: MetricTexts[] = [];
  const neverLess = createNeverLess();

  return Object.freeze<JointMetrics>({
    async of(read) {
      const silent = [...lastRead].filter(([process]) => !read.has(process)).map(([, metrics]) => counted(metrics));
      for (const [process, metrics] of read) lastRead.set(process, metrics);
      // Of many that have ended, one sum.
      if (past.length > 1)
        past.splice(0, past.length, await AggregatorRegistry.aggregate([...past]).getMetricsAsJSON());
      const now = [...read].map(([process, metrics]) => labelled(metrics, process));
      const joint = AggregatorRegistry.aggregate([...now, ...silent, ...past]);
      return AggregatorRegistry.aggregate([neverLess(await joint.getMetricsAsJSON())]);
    },
    ended(process) {
      const metrics = lastRead.get(process);
      lastRead.delete(process);
      if (metrics !== undefined) past.push(counted(metrics));
    },
  });
}

/**
 * Fractions added up in another order may come to a little less in their last digit, and for Prometheus a number that falls has
 * begun anew. So what only grows is told as it was told before where it would be less.
 */
function createNeverLess(): (metrics: MetricTexts) => MetricTexts {
  const told = new Map<string, number>();
  return (metrics) =>
    metrics.map((metric) => {
      if (isState(metric)) return summed(metric);
      const values = metric.values.map((one) => {
        const part = "metricName" in one ? one.metricName : undefined;
        const key = JSON.stringify([metric.name, part, Object.entries(one.labels).sort()]);
        const value = Math.max(one.value, told.get(key) ?? 0);
        told.set(key, value);
        return { ...one, value };
      });
      return { ...summed(metric), values };
    });
}

/** What only grows. */
function counted(metrics: MetricTexts): MetricTexts {
  return metrics.filter((metric) => !isState(metric)).map((metric) => summed(metric));
}

function labelled(metrics: MetricTexts, worker: string): MetricTexts {
  return metrics.map((metric) => {
    if (!isState(metric)) return summed(metric);
    const values = metric.values.map((value) => ({ ...value, labels: { ...value.labels, worker } }));
    return { ...summed(metric), values };
  });
}

/** prom-client would leave out some metrics of Node's, and make means of others. */
function summed(metric: MetricTexts[number]): MetricTexts[number] {
  return { ...metric, aggregator: "sum" };
}

/** A registry tells a metric's type as a word. */
function isState(metric: MetricTexts[number]): boolean {
  return !["counter", "histogram"].includes(String(metric.type));
}
