import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import { explainFailure } from "../output/explain-failure.ts";
import { Failure } from "../output/failure.ts";
import { FAILED_STARTS_MOST, restartPauseMs, shortLives } from "./restart-plan.ts";

/** How a process ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why there was no process at all, such as no memory for one. */
  readonly err?: unknown;
}

/** A worker's process. */
export interface Worker {
  readonly number: number;
  readonly pid: number | undefined;
  /** Resolves when it answers requests; never, if it ends before. */
  readonly started: Promise<void>;
  readonly ended: Promise<WorkerEnd>;
  kill(signal: NodeJS.Signals): void;
}

/** Workers that are kept running. */
export interface KeptWorkers {
  /** Those that run, started or not. */
  all(): readonly Worker[];
  /**
   * Resolves with the exit code when they were stopped and have ended: 0, or 1 if one of them did not end well.
   * @throws Failure if workers cannot be kept running; the others were stopped
   */
  readonly over: Promise<number>;
  /** Sends the signal to all, and starts none any more. Those that have not ended after `withinMs` are killed. */
  stop(signal: NodeJS.Signals, withinMs: number): void;
}

export interface KeepOptions {
  readonly count: number;
  readonly launch: (number: number) => Worker;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
  readonly clock: Pick<Clock, "monotonic">;
  /** Resolves after so many milliseconds; rejects when `signal` fires first. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** How long a stop may take when it was not asked for. */
  readonly stopMs: () => number;
}

/** Some systems say at once that they make no process. */
function launchOrFail(launch: KeepOptions["launch"], number: number): Worker {
  try {
    return launch(number);
  } catch (err) {
    const ended = Promise.resolve<WorkerEnd>({ code: null, signal: null, err });
    return { number, pid: undefined, started: new Promise(() => undefined), ended, kill: () => undefined };
  }
}

/** One that has not started may not listen to signals yet, and then ends by the one that it was sent. */
function hasEndedWell({ code, signal }: WorkerEnd, started: boolean): boolean {
  return code === 0 || (!started && signal !== null && signal !== "SIGKILL");
}

/**
 * Keeps so many workers running. The first starts alone: what stops a single process, such as a mistake in the
 * configuration, stops this one too, with that worker's sentence and code. Later a worker that ends is followed by another
 * one; when starts fail again and again, the whole ends, because a supervisor must see that.
 */
export function keepWorkers({ count, launch, log, clock, pause, stopMs }: KeepOptions): KeptWorkers {
  const running = new Map<number, Worker>();
  const stopping = new AbortController();
  let hasServed = false;
  let failedStarts = 0;
  let worstCode = 0;
  let failure: Failure | undefined;
  let firstHasStarted: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    firstHasStarted = resolve;
  });

  function stop(signal: NodeJS.Signals, withinMs: number): void {
    if (stopping.signal.aborted) return;
    stopping.abort();
    for (const worker of running.values()) worker.kill(signal);
    const tooLong = setTimeout(() => {
      for (const { number, kill } of running.values()) {
        log.error({ worker: number, after_s: withinMs / 1000 }, "a worker did not end in time and is killed");
        kill("SIGKILL");
      }
    }, withinMs);
    void over.finally(() => clearTimeout(tooLong)).catch(() => undefined);
  }

  /** Follows one process to its end; answers whether it had started. */
  async function follow(worker: Worker): Promise<{ readonly started: boolean; readonly end: WorkerEnd }> {
    running.set(worker.number, worker);
    let started = false;
    void worker.started.then(() => {
      started = true;
      hasServed = true;
      failedStarts = 0;
      firstHasStarted();
    });
    const end = await worker.ended;
    running.delete(worker.number);
    return { started, end };
  }

  function giveUp(number: number, { code, signal, err }: WorkerEnd): void {
    // A worker that ends with a code has said why.
    if (!hasServed && code !== null) worstCode = code;
    else if (!hasServed && err !== undefined) {
      failure ??= new Failure(`no process can be made for worker ${number}: ${explainFailure(err)}`);
    } else if (!hasServed) failure ??= new Failure(`worker ${number} was ended by ${signal} before it had started`);
    else {
      failure ??= new Failure(
        `worker ${number} failed to start, ${FAILED_STARTS_MOST} times in a row now, and the server was stopped: the lines above say why, and so does hufu check`,
      );
    }
    stop("SIGTERM", stopMs());
  }

  async function keep(number: number): Promise<void> {
    let lives = 0;
    while (!stopping.signal.aborted) {
      const began = clock.monotonic();
      const worker = launchOrFail(launch, number);
      const { started, end } = await follow(worker);
      if (stopping.signal.aborted) {
        if (!hasEndedWell(end, started)) worstCode = 1;
        return;
      }
      if (!started) failedStarts += 1;
      if (!started && (!hasServed || failedStarts >= FAILED_STARTS_MOST)) return giveUp(number, end);
      lives = shortLives(lives, clock.monotonic() - began);
      const pauseMs = restartPauseMs(lives);
      const fields = { worker: number, pid: worker.pid, ...end, next_in_ms: pauseMs };
      if (started && end.code === 0) log.info(fields, "a worker was stopped, and another one takes its place");
      else if (started) log.error(fields, "a worker has died, and another one takes its place");
      else log.error(fields, "a worker failed to start, and is started again");
      await pause(pauseMs, stopping.signal).catch(() => undefined);
    }
  }

  async function keepAll(): Promise<number> {
    const one = keep(1);
    await Promise.race([first, one]);
    const others = Array.from({ length: count - 1 }, (_, at) => keep(at + 2));
    await Promise.all([one, ...others]);
    if (failure !== undefined) throw failure;
    return worstCode;
  }

  const over = keepAll();
  return Object.freeze<KeptWorkers>({ all: () => [...running.values()], over, stop });
}
