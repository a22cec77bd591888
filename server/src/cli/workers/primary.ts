import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../../core/time/clock.ts";
import { durationMs } from "../../core/time/duration.ts";
import { Failure } from "../output/failure.ts";
import { createLog, type LogLevel, type ProcessLog } from "../server/log.ts";
import { debugOnSignal } from "../server/log-level.ts";
import { awaitStopSignal } from "../server/stop-signal.ts";
import { jointState, type WorkerState } from "./joint-state.ts";
import { type KeptWorkers, keepWorkers } from "./keep-workers.ts";
import { type LaunchedWorker, launchWorker } from "./launch-worker.ts";
import type { Beginning, FixedPart, JointState, PrimaryAnswers } from "./messages.ts";
import { type JointMetricsListener, serveJointMetrics } from "./serve-joint-metrics.ts";

/** A worker finishes requests for ten seconds, closes for five, and writes its last lines for one. */
const FINISH_MS = 16_500;
const TOLD_MS = 5000;
/** Longer than a worker waits for its database, and shorter than another one waits for this answer. */
const READY_MS = 900;
const FLUSH_MS = 1000;

/**
 * Serves with so many workers, and reads no configuration itself: the first worker tells what is needed of it. Resolves with
 * the exit code when a signal has stopped all of them.
 * @throws Failure if workers cannot be kept running
 */
export async function runPrimary(count: number, logLevel: LogLevel | undefined): Promise<number> {
  const { default: cluster } = await import("node:cluster");
  if (cluster.isWorker) {
    throw new Failure(
      "--workers: this process is a worker of another program already, such as pm2; leave one of both out",
    );
  }
  // Keeps what JSON cannot say, such as a gauge that is not a number.
  cluster.setupPrimary({ serialization: "advanced" });
  const log = createLog(logLevel ?? "info");
  const stop = awaitStopSignal(["SIGTERM", "SIGINT"], {
    signals: process,
    clock: systemClock,
    exit: (code) => {
      for (const worker of launched) worker.kill("SIGKILL");
      process.exit(code);
    },
  });
  const launched = new Set<LaunchedWorker>();
  const primary = createPrimary(log, logLevel, launched);
  const workers = keepWorkers({
    count,
    log,
    clock: systemClock,
    pause: (ms, signal) => wait(ms, undefined, { signal }),
    stopMs: primary.stopMs,
    launch: (number) => {
      const worker = launchWorker(cluster, { number, count }, primary.answersFor(count));
      launched.add(worker);
      void worker.ended.then(() => {
        launched.delete(worker);
        primary.ended(worker);
      });
      return worker;
    },
  });
  const hangup = (): void => tellAll(workers, "SIGHUP");
  process.on("SIGHUP", hangup);
  void stop.received.then((signal) => {
    log.info({ signal, workers: launched.size }, "stopping all workers");
    workers.stop(signal, primary.stopMs());
  });
  try {
    return await workers.over;
  } finally {
    stop.forget();
    process.off("SIGHUP", hangup);
    await primary.close();
    await log.flush(FLUSH_MS);
  }
}

/** A worker that has not started yet would be ended by it, and may have read the configuration of before. */
function tellAll(workers: KeptWorkers, signal: NodeJS.Signals): void {
  for (const worker of workers.all()) void worker.started.then(() => worker.kill(signal));
}

/** What the primary knows and answers. */
function createPrimary(log: ProcessLog, logLevel: LogLevel | undefined, launched: ReadonlySet<LaunchedWorker>) {
  let fixed: FixedPart | undefined;
  let metrics: Promise<JointMetricsListener> | undefined;
  let accessLog = false;
  let everything = false;
  let asking: Promise<JointState> | undefined;
  const level = debugOnSignal(log, logLevel ?? "info", (on) => {
    everything = on;
    for (const worker of launched) void worker.ask("everything", TOLD_MS, on).catch(() => undefined);
  });

  function settings(told: Pick<Beginning, "logLevel" | "accessLog">): void {
    level.configure(told.logLevel);
    ({ accessLog } = told);
  }

  async function begin(beginning: Beginning, count: number) {
    settings(beginning);
    if (fixed === undefined) {
      ({ fixed } = beginning);
      log.info({ pid: process.pid, workers: count }, "several workers serve, and readyz speaks for all of them");
      const { metrics: address } = fixed;
      if (address !== undefined) metrics = serveJointMetrics(address, { log, launched, isLogged: () => accessLog });
    }
    await metrics;
    return { fixed, everything };
  }

  async function ready(count: number): Promise<JointState> {
    const byNumber = new Map([...launched].map((worker) => [worker.number, worker]));
    const numbers = Array.from({ length: count }, (_, at) => at + 1);
    const asked = numbers.map(async (number): Promise<WorkerState> => {
      const worker = byNumber.get(number);
      if (!worker?.isStarted()) return "absent";
      return worker.ask("ready", READY_MS).catch(() => "silent");
    });
    return jointState(await Promise.all(asked));
  }

  return {
    stopMs: (): number => (durationMs(fixed?.drain ?? "0s") ?? 0) + FINISH_MS,
    answersFor: (count: number): Omit<PrimaryAnswers, "started"> => ({
      begin: (beginning) => begin(beginning, count),
      settings: async (told) => settings(told),
      ready: () => {
        asking ??= ready(count).finally(() => {
          asking = undefined;
        });
        return asking;
      },
    }),
    ended(worker: LaunchedWorker): void {
      void metrics?.then(({ ended }) => ended(worker)).catch(() => undefined);
    },
    async close(): Promise<void> {
      level.forget();
      await metrics?.then(({ close }) => close()).catch(() => undefined);
    },
  };
}
