import type { Logger } from "../../core/log.ts";
import { createNodeListener } from "../../http/create-node-listener.ts";
import { createHufu, type Hufu } from "../../hufu/create-hufu.ts";
import type { HufuOptions } from "../../hufu/options.ts";
import type { HttpServer } from "./http-server.ts";
import { createLameDuck } from "./lame-duck.ts";
import type { ProcessLog } from "./log.ts";
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
  /** The path under which requests arrive. Default: the issuer's. */
  readonly path?: string | undefined;
  /** Listens before or after Hufu is there; it answers when both are. */
  readonly listen: () => Promise<HttpServer>;
  /** Called when requests are answered. */
  readonly started?: (hufu: Hufu, server: HttpServer) => void;
}

/**
 * Starts Hufu and serves it until a signal tells it to stop. Then it drains: load balancers see `readyz` turn red and go
 * elsewhere, the port closes, and requests under way are finished. Each step has an end. Answers the exit code.
 */
export async function runServer(run: ServerRun): Promise<number> {
  const { log } = run;
  const stop = awaitStopSignal();
  try {
    const hufu = await Promise.race([createHufu({ ...run.options, log }), stop.received]);
    if (typeof hufu === "string") log.info({ signal: hufu }, "stopped before it had started");
    else await serveUntilStopped(hufu, run, stop.received);
    if (!(await log.flush(FLUSH_MS))) process.exit(0);
    return 0;
  } finally {
    stop.forget();
  }
}

async function serveUntilStopped(
  hufu: Hufu,
  { log, drainMs, path, listen, started }: ServerRun,
  stopped: Promise<NodeJS.Signals>,
): Promise<void> {
  try {
    const server = await listen();
    const duck = createLameDuck(hufu, log);
    server.answerWith(createNodeListener(duck.endpoints, path === undefined ? {} : { path }));
    log.info({ address: server.url, issuer: hufu.issuer, pid: process.pid }, "listening");
    started?.(hufu, server);
    const signal = await stopped;
    if (signal === "SIGTERM" && drainMs > 0) {
      server.closeAfterAnswers();
      await duck.drain(drainMs);
    }
    log.info({ signal }, "stopping: the port is closed, and requests under way are finished");
    const finished = server.drain(FINISH_MS);
    // A stream has no end of its own; its reader opens the next one at another node, since this port is closed.
    hufu.feed.end();
    const cut = await finished;
    if (cut > 0) log.warn({ requests: cut, after_s: FINISH_MS / 1000 }, "requests took too long and were cut off");
  } finally {
    await closeInTime(hufu, log);
  }
  log.info({}, "stopped");
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
