const MAX_TIMES = 1_000_000_000;
const MAX_DELAY_MS = 600_000;
const MAX_WAITING = 1000;

/** Something that goes wrong on a call. `when` says whether the call's work is left undone (`before`, the default) or done (`after`). */
export type Fault =
  /** The work is done; the answer never comes, or only after `delayMs`. */
  | { readonly kind: "timeout-after-commit"; readonly delayMs?: number | undefined }
  /** The right answer, `delayMs` late. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** The work is done; its JSON is cut in half. */
  | { readonly kind: "truncated" }
  /** `busy`: errcode -1. `reset`: the connection breaks. `html`: a gateway's 502 page. `http-500`: status 500. */
  | { readonly kind: "busy" | "reset" | "html" | "http-500"; readonly when?: "before" | "after" | undefined }
  /** Any errcode, with HTTP 200. */
  | {
      readonly kind: "errcode";
      readonly errcode: number;
      readonly errmsg?: string | undefined;
      readonly when?: "before" | "after" | undefined;
    };

/** A fault, where it strikes and how often. */
export type FaultOrder = Fault & {
  /** One of the simulated paths, such as `/sns/jscode2session`. */
  readonly path: string;
  /** How many of the next calls; default 1. */
  readonly times?: number | undefined;
};

/** The faults that wait for calls, first ordered, first met. */
export interface Faults {
  /** @throws TypeError if the path is not simulated, a number makes no sense, or 1,000 orders wait on the path */
  order(order: FaultOrder): void;
  /** The fault that this call meets. */
  take(path: string): Fault | undefined;
  /** Forgets the faults of a path, or all; answers how many calls would have met one. */
  clear(path?: string): number;
  /** By path: how many of the next calls meet a fault. */
  waiting(): Readonly<Record<string, number>>;
}

/** @param paths the simulated paths */
export function createFaults(paths: readonly string[]): Faults {
  const queues = new Map<string, { readonly fault: Fault; left: number }[]>(paths.map((path) => [path, []]));

  function queueOf(path: string) {
    const queue = queues.get(path);
    if (queue === undefined) throw new TypeError(`path: not simulated; one of ${paths.join(", ")}`);
    return queue;
  }

  const total = (path: string) => queueOf(path).reduce((sum, { left }) => sum + left, 0);

  return Object.freeze({
    order({ path, times = 1, ...fault }: FaultOrder) {
      const queue = queueOf(path);
      if (!Number.isInteger(times) || times < 1 || times > MAX_TIMES) {
        throw new TypeError("times: a whole number from 1 to 1,000,000,000");
      }
      const delayMs = "delayMs" in fault ? fault.delayMs : undefined;
      if (delayMs !== undefined && !(delayMs >= 0 && delayMs <= MAX_DELAY_MS)) {
        throw new TypeError("delayMs: from 0 to 600,000 milliseconds");
      }
      if (queue.length >= MAX_WAITING) throw new TypeError("path: 1,000 orders wait here already; DELETE some");
      queue.push({ fault, left: times });
    },
    take(path: string) {
      const queue = queueOf(path);
      const first = queue[0];
      if (first === undefined) return undefined;
      first.left -= 1;
      if (first.left === 0) queue.shift();
      return first.fault;
    },
    clear(path?: string) {
      const cleared = path === undefined ? paths : [path];
      const count = cleared.reduce((sum, each) => sum + total(each), 0);
      for (const each of cleared) queueOf(each).length = 0;
      return count;
    },
    waiting: () => Object.fromEntries(paths.filter((path) => total(path) > 0).map((path) => [path, total(path)])),
  });
}
