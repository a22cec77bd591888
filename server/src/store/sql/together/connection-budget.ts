/** What a pool of unknown size is taken for: the default of both drivers. */
const DEFAULT_POOL = 10;
/** Single statements at once: each may wait for a lock of its own. */
const SINGLES_MOST = 8;

/** How many connections refreshes may hold at once. */
export interface ConnectionBudget {
  /** Batches of readings. */
  readonly readings: number;
  /** Batches of changes. */
  readonly changes: number;
  /** Single changes, which may wait for locks, and as many single readings, which may not. */
  readonly singles: number;
}

/** Batches get four connections of ten, two of five. Two of any pool are left by single changes that wait for locks. */
export function connectionBudget(poolSize: number = DEFAULT_POOL): ConnectionBudget {
  const each = poolSize >= DEFAULT_POOL ? 2 : 1;
  return { readings: each, changes: each, singles: Math.max(1, Math.min(SINGLES_MOST, poolSize - 2)) };
}
