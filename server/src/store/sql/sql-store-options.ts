import type { Logger } from "../../core/log/log.ts";

/** What every SQL store is opened with. */
export interface SqlStoreOptions {
  /** Milliseconds for which an outbox entry concerns a token of this configuration: its longest access life + 120 s. */
  readonly entryLifeMs: number;
  /** Default: silent. */
  readonly log?: Logger;
  /** Apply missing migrations at once. Default: true. */
  readonly migrate?: boolean;
  /** Refuse settings of the server with which Hufu would not keep its promises, and warn of others. Default: true. */
  readonly check?: boolean;
}

/** @throws TypeError for an entry life that makes no sense */
export function checkEntryLife(entryLifeMs: number): void {
  if (!Number.isSafeInteger(entryLifeMs) || entryLifeMs <= 0) {
    throw new TypeError("entryLifeMs: must be a whole number of milliseconds above zero");
  }
}
