/** What may go wrong with a storage. */
export type StorageFault =
  /** The call fails. */
  | "fails"
  /** It never answers. */
  | "hangs"
  /** A write succeeds and keeps nothing. */
  | "forgets"
  /** A read gives something else. */
  | "rubbish";

/** What the platform keeps for one mini program of one user: it outlives kills and restarts. */
export interface PhoneStorage {
  /** `undefined` if there is none. @throws Error with the platform's words */
  read(key: string, encrypt: boolean): unknown;
  /** @throws Error with the platform's words */
  write(key: string, value: unknown, encrypt: boolean): void;
  remove(key: string): void;
  clear(): void;
  keys(): readonly string[];
  /** Bytes. */
  size(): number;
  /** Makes the next `times` reads, writes or both go wrong. Default: all that follow. */
  fault(what: "read" | "write" | "both", fault: StorageFault, times?: number): void;
  /** Nothing goes wrong any more. */
  heal(): void;
  /** Takes the fault of the next read or write, if there is one. */
  takeFault(what: "read" | "write"): StorageFault | undefined;
  /** Puts something under a key as if an older version, or a bug, had left it there. */
  plant(key: string, value: unknown): void;
}

interface Stored {
  /** As JSON: what cannot be written as such is not kept either. */
  readonly text: string;
  readonly encrypted: boolean;
}

const KEY_MOST = 1_048_576;
const ALL_MOST = 10_485_760;
/** What is encrypted grows, so less of it fits. */
const ENCRYPTED_KEY_MOST = 734_003;
const ENCRYPTED_ALL_MOST = 7_444_889;

/** An empty storage; two phones that are given the same one are two runtimes on it. */
export function createPhoneStorage(): PhoneStorage {
  const entries = new Map<string, Stored>();
  let faults: { readonly what: "read" | "write" | "both"; readonly fault: StorageFault; left: number }[] = [];
  const bytes = ({ text }: Stored): number => Buffer.byteLength(text);
  const size = (): number => [...entries.values()].reduce((sum, entry) => sum + bytes(entry), 0);

  return Object.freeze<PhoneStorage>({
    read(key, encrypt) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.encrypted === encrypt) return JSON.parse(entry.text).value;
      // Both sides have to say so: what is read the other way round is no text that anybody wrote.
      if (encrypt) throw new Error("getStorage:fail decrypt failed");
      return Buffer.from(entry.text).toString("base64");
    },
    write(key, value, encrypt) {
      const entry: Stored = { text: JSON.stringify({ value }), encrypted: encrypt };
      const [keyMost, allMost] = encrypt ? [ENCRYPTED_KEY_MOST, ENCRYPTED_ALL_MOST] : [KEY_MOST, ALL_MOST];
      if (bytes(entry) > keyMost) throw new Error("setStorage:fail entry size limit reached");
      const known = entries.get(key);
      if (size() - (known === undefined ? 0 : bytes(known)) + bytes(entry) > allMost) {
        throw new Error("setStorage:fail storage size limit reached");
      }
      entries.set(key, entry);
    },
    remove: (key) => void entries.delete(key),
    clear: () => entries.clear(),
    keys: () => [...entries.keys()],
    size,
    fault(what, fault, times = Number.POSITIVE_INFINITY) {
      faults.push({ what, fault, left: times });
    },
    heal() {
      faults = [];
    },
    takeFault(what) {
      const next = faults.find((one) => one.what === what || one.what === "both");
      if (next === undefined) return undefined;
      next.left -= 1;
      if (next.left <= 0) faults = faults.filter((one) => one !== next);
      return next.fault;
    },
    plant: (key, value) => void entries.set(key, { text: JSON.stringify({ value }), encrypted: false }),
  });
}
