/** How the platform takes callbacks. */
export interface Callbacks<Success> {
  readonly success?: (result: Success) => void;
  readonly fail?: (failure: Failure) => void;
  readonly complete?: (result: Success | Failure) => void;
}

/** What `fail` is given. */
export interface Failure {
  readonly errMsg: string;
  readonly errno?: number;
}

/** One run of the mini program, from its start to its kill. What ends with it is never heard of again. */
export interface Life {
  readonly alive: boolean;
  /** Calls back into the mini program, unless it has ended; what the callback throws is kept for the test. */
  call<Args extends readonly unknown[]>(callback: ((...args: Args) => void) | undefined, ...args: Args): void;
  /** Notes that something was promised, by name, until the function that it answers is called. */
  promise(what: string): () => void;
}

export interface Lives {
  readonly current: Life;
  /** Ends the current one and begins another. */
  renew(): Life;
  /** What callbacks have thrown so far. */
  readonly faults: readonly unknown[];
  /** Calls of the current life that were never settled. */
  unsettled(): readonly string[];
}

export function createLives(): Lives {
  const faults: unknown[] = [];
  let open = new Map<object, string>();

  function begin(): Life & { alive: boolean } {
    const mine = open;
    const life = {
      alive: true,
      call<Args extends readonly unknown[]>(callback: ((...args: Args) => void) | undefined, ...args: Args): void {
        if (!life.alive || typeof callback !== "function") return;
        try {
          callback(...args);
        } catch (fault) {
          faults.push(fault);
        }
      },
      promise(what: string) {
        const key = {};
        mine.set(key, what);
        return () => void mine.delete(key);
      },
    };
    return life;
  }

  let current = begin();
  return {
    get current() {
      return current;
    },
    renew() {
      current.alive = false;
      open = new Map();
      current = begin();
      return current;
    },
    faults,
    unsettled: () => [...open.values()],
  };
}

type Work<Success> = (succeed: (result: Success) => void, fail: (failure: Failure) => void) => void;

/**
 * Runs an asynchronous call of the platform: callbacks if any are given, else a promise, as most of `wx` does.
 * @param work calls one of the two that it is given; the first counts
 */
export function settle<Success>(
  life: Life,
  name: string,
  options: Callbacks<Success>,
  work: Work<Success>,
): Promise<Success> | undefined {
  const { success, fail, complete } = options;
  if (success === undefined && fail === undefined && complete === undefined) {
    return new Promise((resolve, reject) => callBack(life, name, { success: resolve, fail: reject }, work));
  }
  callBack(life, name, options, work);
  return undefined;
}

/** The same for the calls that answer no promise, whether or not anybody listens. */
export function callBack<Success>(life: Life, name: string, options: Callbacks<Success>, work: Work<Success>): void {
  const settled = life.promise(name);
  let done = false;
  const end = (tell: () => void, result: Success | Failure): void => {
    if (done) return;
    done = true;
    settled();
    tell();
    life.call(options.complete, result);
  };
  work(
    (result) => end(() => life.call(options.success, result), result),
    (failure) => end(() => life.call(options.fail, failure), failure),
  );
}
