import type { Clock } from "../../core/time/clock.ts";
import type { AuditStore } from "../../store/audit.ts";
import type { ChainPlace } from "../../store/audit-chain.ts";

/** Records of one transaction: SQLite holds the event loop meanwhile. */
const BATCH = 100;
/** Between two batches, so that sign-ins and refreshes come first. */
const PAUSE_MS = 5;

/** Chains the audit records that are committed, batch by batch. */
export interface AuditSealer {
  /** Chains what waits. Ends early when `signal` fires. */
  round(signal?: AbortSignal): Promise<void>;
  /** Milliseconds that the oldest record had waited when last looked at, or since that look, whichever is longer. */
  lagMs(): number;
}

export interface AuditSealerOptions {
  readonly store: Pick<AuditStore, "seal">;
  readonly clock: Clock;
  /** Names this node. */
  readonly sealer: string;
  /** Resolves after so many milliseconds; rejects when `signal` fires first. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Told where the chain ends after a round that made it longer. */
  readonly onSealed?: (head: ChainPlace) => void;
}

export function createAuditSealer({ store, clock, sealer, pause, onSealed }: AuditSealerOptions): AuditSealer {
  let waited = 0;
  let lookedAt = clock.monotonic();
  return Object.freeze<AuditSealer>({
    async round(signal) {
      for (let batches = 0; signal?.aborted !== true; batches += 1) {
        if (batches > 0) await pause(PAUSE_MS, signal).catch(() => undefined);
        const { sealed, head, waitedMs } = await store.seal(sealer, BATCH);
        waited = waitedMs;
        lookedAt = clock.monotonic();
        if (sealed > 0) onSealed?.(head);
        if (sealed < BATCH) return;
      }
    },
    lagMs: () => Math.max(waited, clock.monotonic() - lookedAt),
  });
}
