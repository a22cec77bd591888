import { EventEmitter } from "node:events";
import type { Registry } from "prom-client";
import type { Readiness } from "../../hufu/node/readiness.ts";
import type { ServerConfig } from "../config/config-schema.ts";
import type { LogLevel } from "../server/log.ts";
import type { LevelControl } from "../server/log-level.ts";
import type { JointReadiness } from "../server/serving-hufu.ts";
import { openChannel } from "./channel.ts";
import { WORKER_VARIABLE } from "./launch-worker.ts";
import type { Begun, MetricTexts, PrimaryAnswers, WorkerAnswers } from "./messages.ts";
import { refuseOneWriter } from "./one-writer.ts";

/** What a worker has of the primary that started it. */
export interface WorkerLink {
  /** From 1; a worker that takes another one's place has its number. */
  readonly number: number;
  readonly count: number;
  /** @throws Failure if several workers cannot serve this */
  check(config: Pick<ServerConfig, "database">): void;
  /** Tells what was read, and answers what all workers go by. @throws Failure if the primary cannot serve metrics there */
  begin(config: ServerConfig, logLevel: LogLevel): Promise<Begun>;
  /** After a reload. */
  settings(config: ServerConfig, logLevel: LogLevel): void;
  started(): void;
  /** Speaks for all workers on `readyz`. */
  readonly readiness: JointReadiness;
  /** The primary reads these metrics from now on. */
  giveMetrics(registry: Pick<Registry, "getMetricsAsJSON">): void;
  /** Where SIGUSR2 is heard, which never happens: a signal to all processes of a unit would be told to this one twice. */
  readonly levelSignals: EventEmitter;
  /** The primary sets this level from now on, where SIGUSR2 asks for it. */
  giveLevel(level: Pick<LevelControl, "everything">): void;
  /** The channel no longer keeps this process. */
  release(): void;
}

/** The primary may have to take a port. */
const BEGIN_MS = 10_000;
const TOLD_MS = 5000;
/** `readyz` answers within a second; a worker gives up after 800 ms on what it asks itself. */
const READY_MS = 950;

/** The link of this process; `undefined` where no primary of ours has started it. */
export function linkToPrimary(): WorkerLink | undefined {
  const [number = 0, count = 0] = (process.env[WORKER_VARIABLE] ?? "").split("/").map(Number);
  delete process.env[WORKER_VARIABLE];
  if (process.send === undefined || !(number > 0 && count > 0)) return undefined;

  // Its default would end the process.
  if (process.platform !== "win32") process.on("SIGUSR2", () => undefined);
  let ownReadiness: (() => Promise<Readiness>) | undefined;
  let registry: Pick<Registry, "getMetricsAsJSON"> | undefined;
  let level: Pick<LevelControl, "everything"> | undefined;
  const ours: WorkerAnswers = {
    ready: async () => ownReadiness?.() ?? { ready: false, checks: { server: "starting" } },
    metrics: async (): Promise<MetricTexts> => (await registry?.getMetricsAsJSON()) ?? [],
    async everything(on) {
      level?.everything(on);
    },
  };
  const ask = openChannel<PrimaryAnswers, WorkerAnswers>(
    {
      send: (message) => {
        if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
      },
      onMessage: (listener) => void process.on("message", listener),
    },
    ours,
  );
  const told = ({ accessLog }: ServerConfig, logLevel: LogLevel) => ({ logLevel, accessLog: accessLog !== false });

  return Object.freeze<WorkerLink>({
    number,
    count,
    check: ({ database }) => refuseOneWriter(database, count),
    begin({ listen, metrics, drain, ...config }, logLevel) {
      const fixed = { listen, metrics, drain };
      return ask("begin", BEGIN_MS, { fixed, ...told({ ...config, ...fixed }, logLevel) });
    },
    // If the primary is gone, so is this process in a moment.
    settings: (config, logLevel) => void ask("settings", TOLD_MS, told(config, logLevel)).catch(() => undefined),
    started: () => void ask("started", TOLD_MS).catch(() => undefined),
    readiness(own) {
      ownReadiness = own;
      return async () => {
        const joint = ask("ready", READY_MS).catch(() => ({ ready: false, text: "the primary does not answer" }));
        const [{ ready, checks }, all] = await Promise.all([own(), joint]);
        return { ready: ready && all.ready, checks: { ...checks, workers: all.text } };
      };
    },
    giveMetrics(given) {
      registry = given;
    },
    levelSignals: new EventEmitter(),
    giveLevel(given) {
      level = given;
    },
    release: () => process.channel?.unref(),
  });
}
