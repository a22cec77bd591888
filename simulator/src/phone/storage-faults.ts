/** What may go wrong with a storage. */
export type StorageFault =
  /** The call fails. */
  | "fails"
  /** It never answers. Only asynchronous calls can. */
  | "hangs"
  /** A write succeeds and keeps nothing. */
  | "forgets"
  /** A read gives something else. */
  | "rubbish"
  /** It answers, so many of the phone's milliseconds late. Only asynchronous calls can. */
  | { readonly slowBy: number };

/** Which calls a fault strikes. */
export type StorageCalls = "read" | "write" | "both";

/** The faults that wait for a storage's calls, first ordered, first met. */
export interface StorageFaults {
  /** Makes the next `times` reads, writes or both go wrong. Default: all that follow. @throws TypeError */
  fault(what: StorageCalls, fault: StorageFault, times?: number): void;
  /** Nothing goes wrong any more. */
  heal(): void;
  /** Takes the fault of the next read or write, if there is one. `sync`: those that a synchronous call cannot have stay. */
  takeFault(what: "read" | "write", sync?: "sync"): StorageFault | undefined;
}

export function createStorageFaults(): StorageFaults {
  let waiting: { readonly what: StorageCalls; readonly fault: StorageFault; left: number }[] = [];
  return {
    fault(what, fault, times = Number.POSITIVE_INFINITY) {
      if (!(times >= 1)) throw new TypeError("times: a number from 1 up");
      if (typeof fault === "object" && !(fault.slowBy >= 0)) throw new TypeError("slowBy: milliseconds from 0 up");
      waiting.push({ what, fault, left: times });
    },
    heal() {
      waiting = [];
    },
    takeFault(what, sync) {
      const next = waiting.find(
        (one) => (one.what === what || one.what === "both") && !(sync === "sync" && needsTime(one.fault)),
      );
      if (next === undefined) return undefined;
      next.left -= 1;
      if (next.left <= 0) waiting = waiting.filter((one) => one !== next);
      return next.fault;
    },
  };
}

function needsTime(fault: StorageFault): boolean {
  return fault === "hangs" || typeof fault === "object";
}
