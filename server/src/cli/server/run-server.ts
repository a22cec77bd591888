import type { Logger } from "../../core/log/log.ts";
import { createHufu } from "../../hufu/create-hufu.ts";
import type { Hufu } from "../../hufu/hufu.ts";
import type { HufuOptions } from "../../hufu/options/options.ts";
import type { HttpServer } from "./http-server.ts";
import type { ProcessLog } from "./log.ts";
import { reloadOnHangup } from "./reload-signal.ts";
import { type JointReadiness, type ServingHufu, type ServingOptions, serveHufu } from "./serving-hufu.ts";
import { awaitStopSignal } from "./stop-signal.ts";

/** For requests under way, once no new ones are taken. */
const FINISH_MS = 10_000;
const CLOSE_MS = 5_000;
/** For a reader of the log to take the last lines. */
const FLUSH_MS = 1_000;

/** What there is to run. */
export interface ServerRun {
  readonly options: HufuOptions;
  readonly log: ProcessLog;
  /** For so many milliseconds after SIGTERM requests are still answered, while `readyz` says that this node goes. */
  readonly drainMs: number;
  /** How requests arrive and are logged; asked for again after SIGHUP. Default: at the issuer's path, without an access log. */
  readonly serving?: () => ServingOptions;
  /** Where several processes serve one address. Default: this one speaks for itself. */
  readonly readiness?: JointReadiness | undefined;
  /** Listens before or after Hufu is there; it answers when both are. */
  readonly listen: () => Promise<HttpServer>;
  /** Reads the configuration again after SIGHUP; without it SIGHUP stops the server. */
  readonly reload?: () => Promise<ReadAgain>;
  /** Called when requests are answered. */
  readonly started?: (hufu: Hufu, server: HttpServer) => void;
}

/** A configuration after SIGHUP. */
export interface ReadAgain {
  readonly options: HufuOptions;
  /** Called when Hufu has started with these options: until then the earlier configuration counts in everything. */
  readonly inForce: () => void;
}

/**
 * Starts Hufu and serves it until a signal tells it to stop. Then it drains: load balancers see `readyz` turn red and go
 * elsewhere, the port closes, and requests under way are finished. Each step has an end. Answers the exit code.
 */
export async function runServer(run: ServerRun): Promise<number> {
  const { log } = run;
  const stop = awaitStopSignal(run.reload === undefined ? ["SIGTERM", "SIGINT", "SIGHUP"] : ["SIGTERM", "SIGINT"]);
  // Until the server answers, a SIGHUP has nothing to reload, and must not end the process.
  const ignore = (): void => undefined;
  if (run.reload !== undefined) process.on("SIGHUP", ignore);
  try {
    const hufu = await Promise.race([openHufu(run.options, log), stop.received]);
    if (typeof hufu === "string") log.info({ signal: hufu }, "stopped before it had started");
    else await serveUntilStopped(hufu, run, stop.received);
    if (!(await log.flush(FLUSH_MS))) process.exit(0);
    return 0;
  } finally {
    stop.forget();
    process.off("SIGHUP", ignore);
  }
}

async function serveUntilStopped(hufu: Hufu, run: ServerRun, stopped: Promise<NodeJS.Signals>): Promise<void> {
  const { log, drainMs, listen, started } = run;
  let serving = serveHufu(hufu, log, run.serving?.() ?? {}, run.readiness);
  try {
    const server = await listen();
    server.answerWith(serving.listener);
    const hangups = reloadOnHangup(async () => {
      const next = await reloaded(run);
      if (next === undefined) return;
      const before = serving;
      serving = next;
      server.answerWith(next.listener);
      log.info({}, "SIGHUP: the configuration was read again and is in force");
      await before.retire(FINISH_MS);
    });
    log.info({ address: server.url, issuer: hufu.issuer, pid: process.pid }, "listening");
    started?.(hufu, server);
    const signal = await stopped;
    if (signal === "SIGTERM" && drainMs > 0) {
      server.closeAfterAnswers();
      await serving.duck.drain(drainMs);
    }
    log.info({ signal }, "stopping: the port is closed, and requests under way are finished");
    const finished = server.drain(FINISH_MS);
    await hangups.stop();
    // A stream has no end of its own; its reader opens the next one at another node, since this port is closed.
    serving.hufu.feed.end();
    const cut = await finished;
    if (cut > 0) log.warn({ requests: cut, after_s: FINISH_MS / 1000 }, "requests took too long and were cut off");
  } finally {
    await closeInTime(serving.hufu, log);
  }
  log.info({}, "stopped");
}

/** A Hufu of the configuration as it is now; `undefined`, and a line in the log, if it cannot be had. */
async function reloaded({ log, serving, reload, readiness }: ServerRun): Promise<ServingHufu | undefined> {
  if (reload === undefined) return undefined;
  try {
    const { options, inForce } = await reload();
    const hufu = await openHufu(options, log);
    inForce();
    return serveHufu(hufu, log, serving?.() ?? {}, readiness);
  } catch (err) {
    log.error({ err }, "SIGHUP: the configuration cannot be used; the earlier one stays in force");
    return undefined;
  }
}

/** Tokens are checked by back ends, in processes of their own: to keep each one here would cost memory for nothing. */
function openHufu(options: HufuOptions, log: Logger): Promise<Hufu> {
  return createHufu({ ...options, guards: { keepIssued: false, ...options.guards }, log });
}

/** A function of the back end that never answers must not keep the process. */
async function closeInTime(hufu: Hufu, log: Logger): Promise<void> {
  const tooLong = setTimeout(() => {
    log.error({ after_s: CLOSE_MS / 1000 }, "background work did not end in time; the process ends without it");
    process.exit(1);
  }, CLOSE_MS);
  try {
    await hufu.close();
  } finally {
    clearTimeout(tooLong);
  }
}
