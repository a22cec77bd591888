import { HufuError } from "../errors/errors.ts";
import type { Random } from "../random.ts";
import type { Clock } from "../time/clock.ts";
import type { ProofWindows } from "./proof-windows.ts";

/** Proofs of a few minutes: 100,000 are some 20 MB. */
const MARKS_MOST = 100_000;
const EPOCH_BYTES = 16;

interface Window {
  readonly epoch: string;
  readonly until: number;
  readonly marks: Set<string>;
}

/**
 * Used proofs in the memory of one process. Several processes behind one address need a store in common: with this one
 * a proof could be used once in each. When it is full, proofs are refused with 503 and never let through unseen.
 */
export function createMemoryWindows(options: {
  readonly clock: Pick<Clock, "monotonic">;
  readonly random: Random;
  readonly marksMost?: number;
}): ProofWindows {
  const { clock, random, marksMost = MARKS_MOST } = options;
  const windows = new Map<string, Window>();

  function live(name: string): Window | undefined {
    const window = windows.get(name);
    if (window === undefined || window.until > clock.monotonic()) return window;
    windows.delete(name);
    return undefined;
  }

  function count(): number {
    let marks = 0;
    for (const name of [...windows.keys()]) marks += live(name)?.marks.size ?? 0;
    return marks;
  }

  return Object.freeze<ProofWindows>({
    async openWindow(name: string, ttlMs: number): Promise<string> {
      const known = live(name);
      if (known !== undefined) return known.epoch;
      const epoch = random(EPOCH_BYTES).toString("base64url");
      windows.set(name, { epoch, until: clock.monotonic() + ttlMs, marks: new Set() });
      return epoch;
    },
    async claimIn(name: string, epoch: string, mark: string): Promise<"first" | "again" | "lost"> {
      const window = live(name);
      if (window?.epoch !== epoch) return "lost";
      if (window.marks.has(mark)) return "again";
      if (count() >= marksMost) {
        throw new HufuError("store_unavailable", { retryAfter: 1, detail: "the memory for used proofs is full" });
      }
      window.marks.add(mark);
      return "first";
    },
  });
}
