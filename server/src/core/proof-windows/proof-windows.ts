/**
 * Which proofs were used, in windows of time. A window has an epoch, a word that its first user makes up; a store that
 * lost its content makes up another one, so that every nonce from before the loss is void.
 */
export interface ProofWindows {
  /**
   * The epoch of this window; made up if the window is not there. All nodes on one store get the same.
   * @param name at most 100 ASCII characters
   */
  openWindow(name: string, ttlMs: number): Promise<string>;
  /**
   * Marks a proof as used. Of N callers at once exactly one gets `first`; the others `again`. `lost` if the window is not
   * there or has another epoch.
   * @param mark at most 100 ASCII characters, never a secret
   */
  claimIn(name: string, epoch: string, mark: string, ttlMs: number): Promise<"first" | "again" | "lost">;
}
