import type { Cluster } from "node:cluster";
import { type Ask, openChannel } from "./channel.ts";
import type { Worker, WorkerEnd } from "./keep-workers.ts";
import type { PrimaryAnswers, WorkerAnswers } from "./messages.ts";

/** A worker that can be asked. */
export interface LaunchedWorker extends Worker {
  readonly isStarted: () => boolean;
  readonly ask: Ask<WorkerAnswers>;
}

/** Names the worker in its environment: `2/4`, the second of four. */
export const WORKER_VARIABLE = "HUFU_WORKER";

/** Starts this program again, with the same arguments, as one of several workers. */
export function launchWorker(
  cluster: Cluster,
  { number, count }: { readonly number: number; readonly count: number },
  answers: Omit<PrimaryAnswers, "started">,
): LaunchedWorker {
  const forked = cluster.fork({ [WORKER_VARIABLE]: `${number}/${count}` });
  const child = forked.process;
  let isStarted = false;
  let hasStarted: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    hasStarted = resolve;
  });
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    // It could not be made, or sending it something failed because it is about to end.
    forked.on("error", (err) => {
      if (child.pid === undefined) resolve({ code: null, signal: null, err });
    });
  });
  const ask = openChannel<WorkerAnswers, PrimaryAnswers>(
    {
      send: (message) => {
        if (forked.isConnected()) forked.send(message, () => undefined);
      },
      onMessage: (listener) => void forked.on("message", listener),
    },
    {
      ...answers,
      async started() {
        isStarted = true;
        hasStarted();
      },
    },
  );
  return Object.freeze<LaunchedWorker>({
    number,
    pid: child.pid,
    isStarted: () => isStarted,
    started,
    ended,
    ask,
    kill: (signal) => void child.kill(signal),
  });
}
