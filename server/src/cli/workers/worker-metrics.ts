import type { Registry } from "prom-client";
import type { WorkerLink } from "./worker-link.ts";

/** The metrics of a worker, which the primary reads and serves with those of the others. */
export async function workerMetrics(
  link: Pick<WorkerLink, "giveMetrics">,
): Promise<{ readonly registry: Registry; close(): Promise<void> }> {
  const { Registry, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  link.giveMetrics(registry);
  return Object.freeze({ registry, close: async () => registry.clear() });
}
