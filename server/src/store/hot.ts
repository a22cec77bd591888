/**
 * Short-lived facts: single-use marks, counters, small caches. Losing them may cost work, never let anything in.
 * Keys are at most 200 ASCII characters and never hold a secret in plain.
 */
export interface HotStore {
  /** Sets the mark if it is not set. Of N callers at once exactly one gets `true`. */
  claim(key: string, ttlMs: number): Promise<boolean>;
  /** Takes a mark back. */
  release(key: string): Promise<void>;
  /** Adds one and answers the new count; the count forgets itself `windowMs` after its first addition. */
  count(key: string, windowMs: number): Promise<number>;
  /** Keeps a small value. */
  remember(key: string, value: string, ttlMs: number): Promise<void>;
  recall(key: string): Promise<string | undefined>;
}
