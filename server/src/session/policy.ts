import { HufuError } from "../core/errors/errors.ts";
import type { PolicySnapshot, PolicyStore } from "../store/policy.ts";

const READINGS_MOST = 3;

/** The newest policy snapshot that this node has read. */
export interface Policy {
  /** The snapshot, read again first if it is older than `pol`. */
  atLeast(pol: number): PolicySnapshot | Promise<PolicySnapshot>;
  /** The snapshot as it is. */
  current(): PolicySnapshot;
  reload(): Promise<PolicySnapshot>;
}

/** @param first the snapshot, where it was just read */
export async function openPolicy(store: PolicyStore, first?: PolicySnapshot): Promise<Policy> {
  let snapshot = first ?? (await store.load());
  let loading: Promise<PolicySnapshot> | undefined;

  async function read(): Promise<PolicySnapshot> {
    try {
      const fresh = await store.load();
      if (fresh.pol >= snapshot.pol) snapshot = fresh;
      return snapshot;
    } finally {
      loading = undefined;
    }
  }

  async function readUntil(pol: number): Promise<PolicySnapshot> {
    // A reading that began before this call may have missed what the caller has seen.
    if (loading !== undefined) await loading;
    for (let readings = 0; snapshot.pol < pol; readings += 1) {
      // The caller has read `pol` from this database, so a new reading must find it.
      if (readings === READINGS_MOST) throw new HufuError("store_unavailable", { retryAfter: 1, detail: "old policy" });
      loading ??= read();
      await loading;
    }
    return snapshot;
  }

  return Object.freeze({
    atLeast: (pol: number) => (snapshot.pol >= pol ? snapshot : readUntil(pol)),
    current: () => snapshot,
    reload: () => {
      loading ??= read();
      return loading;
    },
  });
}
