import type { ProofWindows } from "../core/proof-windows/proof-windows.ts";

/**
 * Short-lived facts: single-use marks, counters, small caches. Losing them may cost work, never let anything in.
 * Keys and holders are at most 200 ASCII characters and never hold a secret in plain; times are whole milliseconds
 * above zero. Every failure is HufuError `store_unavailable`, in bounded time.
 */
export interface HotStore extends ProofWindows {
  /**
   * Sets the mark for this holder if no other holder has it. Of N holders at once exactly one gets `true`. A holder that
   * asks again while it has the mark gets `true` again, and the mark does not last longer. A mark that a failed claim
   * may have set is taken back as soon as possible.
   * @param holder a text that no other holder uses: only this holder may take the mark back
   */
  claim(key: string, holder: string, ttlMs: number): Promise<boolean>;
  /**
   * `claim` for a login code of which nothing is known: it takes the mark only if no session was made from the code and no
   * value is kept under `kept`. `false` says nothing: ask one by one. What ended at this very moment may not be seen yet.
   * A mark that was taken this way may be left to its end. Absent where marks and sessions do not lie side by side.
   */
  readonly claimFreshCode?: ((code: FreshCode) => Promise<boolean>) | undefined;
  /** Takes a mark back if it is this holder's: a holder that was too slow leaves the next one's alone. */
  release(key: string, holder: string): Promise<void>;
  /** Adds one and answers the new count; the count forgets itself `windowMs` after its first addition. */
  count(key: string, windowMs: number): Promise<number>;
  /** Takes one back from a count that is above zero and not over; its end stays. */
  uncount(key: string): Promise<void>;
  /** Keeps a small value. */
  remember(key: string, value: string, ttlMs: number): Promise<void>;
  recall(key: string): Promise<string | undefined>;
  /** Resolves if it answers, else rejects. */
  ping(): Promise<void>;
}

/** A login code, its mark, and the key under which its exchange would be kept. */
export interface FreshCode {
  readonly mark: string;
  readonly holder: string;
  readonly ttlMs: number;
  readonly codeHash: string;
  readonly kept: string;
}

/** A hot store that keeps what is over until it is told to forget it. Nothing that is over is ever seen, swept or not. */
export interface SweptHotStore extends HotStore {
  /** Forgets what is over, in small batches, and answers how much that was. Any node may, at any time. */
  sweep(): Promise<number>;
}
