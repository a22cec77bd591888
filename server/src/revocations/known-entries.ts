import type { RevocationEntry } from "../store/records.ts";

/** The newest entries that this process has read, to find out when the database has others. */
export interface KnownEntries {
  note(entries: readonly RevocationEntry[]): void;
  /** The entry of this number, if it was read and is still alive at `now`. */
  alive(number: number, now: number): RevocationEntry | undefined;
  /** The numbers of those that are alive at `now` and are missing in `found`, or stand for something else there. */
  missingIn(found: readonly RevocationEntry[], now: number): readonly number[];
  forget(): void;
}

export function createKnownEntries(most: number): KnownEntries {
  const known = new Map<number, RevocationEntry>();
  return Object.freeze<KnownEntries>({
    note(entries) {
      for (const entry of entries) known.set(entry.number, entry);
      for (const number of known.keys()) {
        if (known.size <= most) break;
        known.delete(number);
      }
    },
    alive: (number, now) => {
      const entry = known.get(number);
      return entry !== undefined && entry.until > now ? entry : undefined;
    },
    missingIn(found, now) {
      const there = new Map(found.map((entry) => [entry.number, entry]));
      const missing: number[] = [];
      for (const [number, entry] of known) {
        const other = there.get(number);
        if (entry.until > now && (other === undefined || !isSame(entry, other))) missing.push(number);
      }
      return missing;
    },
    forget: () => known.clear(),
  });
}

export function isSame(one: RevocationEntry, other: RevocationEntry): boolean {
  return one.until === other.until && JSON.stringify(one.revocation) === JSON.stringify(other.revocation);
}
