import type { Logger } from "../../core/log.ts";
import { createNodeListener } from "../../http/create-node-listener.ts";
import { createHufu, type Hufu } from "../../hufu/create-hufu.ts";
import type { HufuOptions } from "../../hufu/options.ts";
import type { HttpServer } from "./http-server.ts";
import { awaitStopSignal } from "./stop-signal.ts";

const DRAIN_MS = 10_000;
const CLOSE_MS = 5_000;

/** What there is to run. */
export interface ServerRun {
  readonly options: HufuOptions;
  readonly log: Logger;
  /** Listens before or after Hufu is there; it answers when both are. */
  readonly listen: () => Promise<HttpServer>;
  /** Called when requests are answered. */
  readonly started?: (hufu: Hufu, server: HttpServer) => void;
}

/**
 * Starts Hufu and serves it until a signal tells it to stop; then finishes what is under way, for ten seconds at most.
 * Answers the exit code.
 */
export async function runServer({ options, log, listen, started }: ServerRun): Promise<number> {
  const stop = awaitStopSignal();
  try {
    const hufu = await createHufu({ ...options, log });
    try {
      const server = await listen();
      server.answerWith(createNodeListener(hufu, { log }));
      log.info({ address: server.url, issuer: hufu.issuer, pid: process.pid }, "listening");
      started?.(hufu, server);
      const signal = await stop.received;
      log.info({ signal }, "stopping: finishing what is under way");
      // They would go on for ever; their readers come back to another node.
      hufu.feed.end();
      const cut = await server.drain(DRAIN_MS);
      if (cut > 0) log.warn({ requests: cut }, "requests took too long and were cut off");
    } finally {
      await closeInTime(hufu, log);
    }
    log.info({}, "stopped");
    return 0;
  } finally {
    stop.forget();
  }
}

/** A host's function that never answers must not keep the process. */
async function closeInTime(hufu: Hufu, log: Logger): Promise<void> {
  const tooLong = setTimeout(() => {
    log.error({}, "background work did not end; stopping all the same");
    process.exit(1);
  }, CLOSE_MS);
  try {
    await hufu.close();
  } finally {
    clearTimeout(tooLong);
  }
}
