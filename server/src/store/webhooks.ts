import type { Delivery } from "./records.ts";
import type { Accompaniment } from "./sessions.ts";

/** A message for one receiver, as it waits. */
export interface StoredWebhook {
  /** Given when it was written; the order of lists. */
  readonly number: number;
  /** Whose it is, by the configuration's name. */
  readonly endpoint: string;
  /** The same at every repetition, and at every receiver of the same event. */
  readonly messageId: string;
  readonly event: Delivery["event"];
  readonly payload: Delivery["payload"];
  /** Epoch ms. */
  readonly createdAt: number;
  /** Epoch ms from which it may be sent; `null` = a dead letter, sent again only by a retry. */
  readonly dueAt: number | null;
  /** How often it was taken. */
  readonly attempts: number;
  /** What became of the last sending, in a few words; `null` = none has ended yet. */
  readonly fault: string | null;
}

/** How much there is for one receiver. */
export interface WebhookCount {
  readonly endpoint: string;
  readonly waiting: number;
  readonly dead: number;
}

/** Which dead letters. */
export type DeadLetters = { readonly numbers: readonly number[] } | { readonly endpoint: string };

/** Messages for receivers elsewhere, each written with what it tells. */
export interface WebhookStore {
  /**
   * Takes up to `limit` messages for this receiver that are due, the longest due first, counts the attempt, and hides them
   * for `hideForMs`. Those that take at the same time get different ones; what a node that died has taken is due again when
   * that time is over.
   */
  take(endpoint: string, limit: number, hideForMs: number): Promise<readonly StoredWebhook[]>;
  /** Forgets a message that has arrived. */
  arrived(number: number): Promise<void>;
  /**
   * Puts back what this attempt could not deliver: due again after `delayMs`, or a dead letter for `null`.
   * @returns `false` if it has arrived or was taken again meanwhile: then nothing changes
   */
  failed(number: number, attempt: number, fault: string, delayMs: number | null): Promise<boolean>;
  /** Newest first, from below the number `before`. */
  list(filter: {
    readonly endpoint?: string | undefined;
    readonly state?: "waiting" | "dead" | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  }): Promise<readonly StoredWebhook[]>;
  /** Makes dead letters due now, at most `limit` of them, with all their attempts before them. Answers how many. */
  revive(which: DeadLetters, limit: number, accompaniment?: Pick<Accompaniment, "audit">): Promise<number>;
  /** Reads the whole index. */
  count(): Promise<readonly WebhookCount[]>;
  /** Deletes the oldest of a receiver, waiting and dead, beyond `most`; at most `limit` of them. Answers how many. */
  trim(endpoint: string, most: number, limit: number): Promise<number>;
}
