import type { Logger } from "../../core/log/log.ts";

/** Work that goes on after its answer. */
export interface Background {
  /** Starts it; a failure is logged, never thrown. */
  run(what: string, work: () => Promise<void>): void;
  /**
   * Repeats it, `ms` after its last end, until `stop`, which also fires its signal.
   * @param firstMs when to begin; default at once
   */
  repeat(what: string, ms: number, work: (signal: AbortSignal) => Promise<unknown>, firstMs?: number): void;
  /** Ends the repetitions and waits for what is under way. */
  stop(): Promise<void>;
}

export function createBackground(log: Logger, pause: (ms: number, signal?: AbortSignal) => Promise<void>): Background {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  function track(work: Promise<void>): void {
    running.add(work);
    work.finally(() => running.delete(work)).catch(() => undefined);
  }

  async function once(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      log.warn({ err: cause }, `${what}: failed`);
    }
  }

  async function again(
    what: string,
    ms: number,
    work: (signal: AbortSignal) => Promise<unknown>,
    firstMs: number,
  ): Promise<void> {
    let failing = false;
    if (firstMs > 0) await pause(firstMs, stopping.signal).catch(() => undefined);
    while (!stopping.signal.aborted) {
      try {
        await work(stopping.signal);
        if (failing) log.info({}, `${what}: works again`);
        failing = false;
      } catch (cause) {
        // An outage that lasts is told once, not every second.
        if (!failing) log.warn({ err: cause }, `${what}: failed, and is tried again`);
        failing = true;
      }
      await pause(ms, stopping.signal).catch(() => undefined);
    }
  }

  return Object.freeze({
    run: (what: string, work: () => Promise<void>) => track(once(what, work)),
    repeat: (what: string, ms: number, work: (signal: AbortSignal) => Promise<unknown>, firstMs = 0) =>
      track(again(what, ms, work, firstMs)),
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(running);
    },
  });
}
