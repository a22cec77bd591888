import type { ProcessLog } from "../server/log.ts";
import { loggedListener } from "../server/logged-listener.ts";
import { listenForScrapes, METRICS_PATH, type ScrapeListener } from "../server/metrics-listener.ts";
import { createJointMetrics } from "./joint-metrics.ts";
import type { LaunchedWorker } from "./launch-worker.ts";
import type { FixedPart, MetricTexts } from "./messages.ts";

/** Prometheus gives up after ten seconds. */
const READ_MS = 5000;
/** The label of this process's own gauges. */
const PRIMARY = "primary";

/** The metrics of all workers, served by the primary. */
export interface JointMetricsListener extends ScrapeListener {
  /** This worker has ended. */
  ended(worker: LaunchedWorker): void;
}

/**
 * Serves the metrics of all workers, and Node's of this process, on one port.
 * @throws Failure if the address cannot be had
 */
export async function serveJointMetrics(
  address: NonNullable<FixedPart["metrics"]>,
  parts: {
    readonly log: ProcessLog;
    readonly launched: ReadonlySet<LaunchedWorker>;
    readonly isLogged: () => boolean;
  },
): Promise<JointMetricsListener> {
  const { log, launched, isLogged } = parts;
  const { Registry, collectDefaultMetrics } = await import("prom-client");
  const own = new Registry();
  const joint = await createJointMetrics();

  async function read(): Promise<string> {
    const asked = [...launched].filter(({ isStarted }) => isStarted());
    const answers = await Promise.all(
      asked.map(async (worker) => ({ worker, told: await worker.ask("metrics", READ_MS).catch(() => undefined) })),
    );
    const metrics = new Map<string, MetricTexts>([[PRIMARY, await own.getMetricsAsJSON()]]);
    for (const { worker, told } of answers) {
      // One that has ended meanwhile is counted with those that have ended.
      if (told !== undefined && launched.has(worker)) metrics.set(String(worker.number), told);
    }
    return (await joint.of(metrics)).metrics();
  }

  const listener = await listenForScrapes(address, { contentType: own.contentType, metrics: read }, log, (answer) =>
    loggedListener(answer, { log, endpoint: METRICS_PATH, isLogged }),
  );
  collectDefaultMetrics({ register: own });
  log.info({ address: listener.url }, "metrics are served at /metrics");
  return Object.freeze<JointMetricsListener>({
    url: listener.url,
    async close() {
      await listener.close();
      own.clear();
    },
    ended: ({ number }) => joint.ended(String(number)),
  });
}
