import type { Logger } from "../../core/log/log.ts";
import type { Clock } from "../../core/time/clock.ts";
import type { SigningKeyStore } from "../../store/keys.ts";
import type { SealedBox } from "../../token/sealing/sealed-box.ts";
import { type LoadedKeys, loadKeys, NO_KEYS } from "./loaded-keys.ts";

/** The keys as last read, and the database's time. */
export interface KeyReader {
  keys(): LoadedKeys;
  load(): Promise<void>;
  /** Since the last reading began. */
  ageMs(): number;
  databaseNow(): number;
}

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
      skew = now - clock.now();
      loaded = loadKeys(keys, now, options, loaded);
    },
    ageMs: () => clock.monotonic() - readAt,
    databaseNow: () => clock.now() + skew,
  });
}
