import type { UserId } from "../core/ids.ts";
import type { AuditLink, ChainPlace } from "./audit-chain.ts";
import type { AuditRecord, StoredAuditRecord } from "./records.ts";

/** Which records to list. Several conditions must all hold. */
export interface AuditFilter {
  readonly userId?: UserId | undefined;
  readonly action?: string | undefined;
  readonly requestId?: string | undefined;
  /** Only records with a smaller id: the last of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The state of the chain. */
export interface AuditChainState {
  /** The last link. */
  readonly head: ChainPlace;
  /** The last link that was purged: the first that is there follows it. */
  readonly start: ChainPlace;
  /** Records that wait to be chained. */
  readonly waiting: number;
}

/** What a step of sealing found. */
export interface Sealing {
  /** Records that this call has chained. */
  readonly sealed: number;
  /** Where the chain ends now, as far as this call knows. */
  readonly head: ChainPlace;
  /** Milliseconds that the oldest record had waited before this call; 0 if none waited. */
  readonly waitedMs: number;
}

/**
 * The audit log, append-only. Records of changes are written by those changes; `append` is for the rest. A record is
 * committed unchained, so that no transaction waits for another; a sealer chains it afterwards.
 */
export interface AuditStore {
  append(records: readonly AuditRecord[]): Promise<void>;
  /** Newest first, at most `limit`; those that wait to be chained are among them. */
  list(filter: AuditFilter): Promise<readonly StoredAuditRecord[]>;
  /**
   * Chains at most `limit` of the records that are committed by now, in one transaction. A record that becomes visible later
   * is chained later, even with a smaller id, so none is left out. Does nothing while another sealer's lease lasts;
   * of calls at once each record is chained by one. Personal fields of users whose accounts are closed are erased.
   * @param sealer who seals: holds the lease, ten seconds from each step
   */
  seal(sealer: string, limit: number): Promise<Sealing>;
  /** Links with a number above `after`, in order, at most `limit`. */
  links(after: number, limit: number): Promise<readonly AuditLink[]>;
  state(): Promise<AuditChainState>;
}
