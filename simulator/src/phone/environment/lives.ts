/** One run of the mini program, from its start to its kill. What ends with it is never heard of again. */
export interface Life {
  readonly alive: boolean;
  /** Calls back into the mini program, unless its run has ended; what the callback throws is kept for the test. */
  call<Args extends readonly unknown[]>(callback: ((...args: Args) => unknown) | undefined, ...args: Args): void;
  /** Keeps errors for the test that no callback gets. */
  blame(fault: unknown): void;
  /** Notes that something was promised, by name, until the function that it answers is called. */
  promise(what: string): () => void;
  /** Runs when it ends; at once if it has ended. */
  atEnd(run: () => void): void;
}

/** The runs of one phone, one after the other. */
export interface Lives {
  readonly current: Life;
  /** Ends the current one and begins another. */
  renew(): Life;
  /** What callbacks have thrown since this was last asked. */
  takeFaults(): readonly unknown[];
  /** Calls of the current life that were never settled. */
  unsettled(): readonly string[];
}

export function createLives(): Lives {
  let faults: unknown[] = [];
  const blame = (fault: unknown): void => void faults.push(fault);
  let current = beginLife(blame);
  return Object.freeze({
    get current() {
      return current.life;
    },
    renew() {
      current.end();
      current = beginLife(blame);
      return current.life;
    },
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    unsettled: () => [...current.promised.values()],
  });
}

function beginLife(blame: (fault: unknown) => void) {
  const promised = new Map<object, string>();
  let endings: (() => void)[] = [];
  let alive = true;
  const life: Life = Object.freeze({
    get alive() {
      return alive;
    },
    call<Args extends readonly unknown[]>(callback: ((...args: Args) => unknown) | undefined, ...args: Args): void {
      if (!alive || typeof callback !== "function") return;
      try {
        callback(...args);
      } catch (fault) {
        blame(fault);
      }
    },
    blame(fault: unknown) {
      if (alive) blame(fault);
    },
    promise(what: string) {
      const key = {};
      promised.set(key, what);
      return () => void promised.delete(key);
    },
    atEnd(run: () => void) {
      if (alive) endings.push(run);
      else run();
    },
  });
  return {
    life,
    promised,
    end() {
      alive = false;
      const last = endings;
      endings = [];
      for (const run of last) run();
    },
  };
}
