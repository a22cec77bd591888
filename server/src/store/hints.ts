/**
 * A word between the nodes of one deployment: the outbox has news. It may get lost, come late or come twice, and
 * carries nothing: a node that hears one reads the outbox, and a node that missed one finds out by polling.
 */
export interface Hints {
  /** Tells all other nodes. Rejects if that cannot be done now; nothing depends on it. */
  send(): Promise<void>;
  /**
   * Calls `onHint` for every hint of another node, and perhaps for one's own. After an interruption it goes on by itself,
   * and calls `onHint` once, because some may have been missed.
   * @returns what ends it
   */
  listen(onHint: () => void): Promise<() => Promise<void>>;
}
