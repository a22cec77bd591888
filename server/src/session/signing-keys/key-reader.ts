import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { SigningKeyStore } from "../../store/keys.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import { type LoadedKeys, loadKeys, NO_KEYS } from "./loaded-keys.ts";

/** The keys as last read, and the database's time. */
export interface KeyReader {
  keys(): LoadedKeys;
  load(): Promise<void>;
  /** Takes keys that were read before the first load. */
  take(first: FirstKeys): void;
  /** Since the last reading began. */
  ageMs(): number;
  databaseNow(): number;
}

/** The keys as they were read. */
export type FirstKeys = Awaited<ReturnType<SigningKeyStore["list"]>> & {
  /** Monotonic ms at which the reading began. */
  readonly began: number;
  /** Epoch ms of this machine when it was answered. */
  readonly at: number;
};

export interface KeyReaderOptions {
  readonly store: SigningKeyStore;
  readonly box: SealedBox;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createKeyReader(options: KeyReaderOptions): KeyReader {
  const { store, clock } = options;
  let loaded = NO_KEYS;
  let readAt = Number.NEGATIVE_INFINITY;
  /** Database time minus this node's, so that stages change everywhere at the same moment. */
  let skew = 0;
  /** Readings of the keys, by when they began. */
  let begun = 0;
  let applied = 0;

  function apply({ keys, now, at }: Omit<FirstKeys, "began">): void {
    skew = now - at;
    loaded = loadKeys(keys, now, options, loaded);
  }

  return Object.freeze<KeyReader>({
    keys: () => loaded,
    async load() {
      readAt = clock.monotonic();
      begun += 1;
      const reading = begun;
      const { keys, now } = await store.list();
      // A reading that was overtaken by a later one may show a key that has been revoked since.
      if (reading < applied) return;
      applied = reading;
      apply({ keys, now, at: clock.now() });
    },
    take(first) {
      readAt = first.began;
      apply(first);
    },
    ageMs: () => clock.monotonic() - readAt,
    databaseNow: () => clock.now() + skew,
  });
}
