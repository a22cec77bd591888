import type { Delivery, PendingDelivery } from "./records.ts";

/** What is still owed to the host. */
export interface DeliveryStore {
  /**
   * Takes up to `limit` deliveries of these events that are due and hides them for `hideForMs`, so that two nodes
   * rarely do the same work. What this process has no hook for is left to those that have one.
   */
  take(events: readonly Delivery["event"][], limit: number, hideForMs: number): Promise<readonly PendingDelivery[]>;
  /** Forgets a delivery that was made. */
  done(id: number): Promise<void>;
  /** How many deliveries have not been made, those that are under way included; at most 100,000 are counted. */
  waiting(): Promise<number>;
  /** Puts it back, due again after `delayMs`. */
  retry(id: number, delayMs: number): Promise<void>;
}
