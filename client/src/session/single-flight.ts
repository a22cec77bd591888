/** Work that makes or changes tokens, one at a time. */
export interface SingleFlight {
  isRunning(): boolean;
  /** Starts the work, unless some is running: then the caller shares its outcome. */
  share(work: () => Promise<boolean>): Promise<boolean>;
  /** Runs the work once nothing else is running. */
  alone(work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is running, however it ended. */
  settled(): Promise<void>;
}

export function createSingleFlight(): SingleFlight {
  /** Set in the same turn in which the work starts, because on old systems a promise is a timer. */
  let running: Promise<boolean> | undefined;

  function share(work: () => Promise<boolean>): Promise<boolean> {
    if (running) return running;
    const end = (): void => {
      running = undefined;
    };
    const started = work();
    running = started;
    started.then(end, end);
    return started;
  }
  async function settled(): Promise<void> {
    while (running) await running.catch(() => undefined);
  }
  return {
    isRunning: () => running !== undefined,
    share,
    async alone(work) {
      // Others may have waited too, and one of them has started.
      while (running) await settled();
      await share(async () => {
        await work();
        return false;
      });
    },
    settled,
  };
}
