import type { UserId } from "../core/ids.ts";
import type { AuditRecord, StoredAuditRecord } from "./records.ts";

/** The audit log, append-only. Records of changes are written by those changes; this is for the rest. */
export interface AuditStore {
  append(records: readonly AuditRecord[]): Promise<void>;
  /** Newest first, at most `limit`. */
  list(filter: {
    readonly userId?: UserId;
    readonly action?: string;
    readonly limit: number;
  }): Promise<readonly StoredAuditRecord[]>;
}
