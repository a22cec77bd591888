import { createStorageFaults, type StorageFault, type StorageFaults } from "./storage-faults.ts";

/** What the platform keeps for one mini program of one user: it outlives kills and restarts. */
export interface PhoneStorage extends StorageFaults {
  /** `undefined` if there is none. @throws Error with the platform's words */
  read(key: string, encrypt: boolean): unknown;
  /** @throws Error with the platform's words */
  write(key: string, value: unknown, encrypt: boolean): void;
  remove(key: string): void;
  clear(): void;
  keys(): readonly string[];
  /** Bytes. */
  size(): number;
  /** Puts something under a key as if an older version, or a bug, had left it there. */
  plant(key: string, value: unknown): void;
  /** What the single-page mode of Moments has in its place: the platform keeps the two apart. */
  readonly ofSinglePage: PhoneStorage;
}

export type { StorageFault };

interface Stored {
  /** As JSON: what cannot be written as such is not kept either. */
  readonly text: string;
  /** A date is given back as one; inside of something else it becomes a text, as in all JSON. */
  readonly isDate: boolean;
  readonly encrypted: boolean;
}

const KEY_MOST = 1_048_576;
const ALL_MOST = 10_485_760;
/** What is encrypted grows, so less of it fits: 0.7 and 7.1 MB. */
const ENCRYPTED_KEY_MOST = 734_003;
const ENCRYPTED_ALL_MOST = 7_444_889;

/** An empty storage; two phones that are given the same one are two runtimes on it. */
export function createPhoneStorage(): PhoneStorage {
  const entries = new Map<string, Stored>();
  const bytes = ({ text }: Stored): number => Buffer.byteLength(text);
  const size = (): number => [...entries.values()].reduce((sum, entry) => sum + bytes(entry), 0);
  let ofSinglePage: PhoneStorage | undefined;

  return Object.freeze<PhoneStorage>({
    ...createStorageFaults(),
    read(key, encrypt) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (entry.encrypted === encrypt) return readStored(entry);
      // Both sides have to say so: what is read the other way round is no text that anybody wrote.
      if (encrypt) throw new Error("getStorage:fail decrypt failed");
      return Buffer.from(entry.text).toString("base64");
    },
    write(key, value, encrypt) {
      const entry = storedOf(value, encrypt);
      // Nothing to keep, as `undefined` and functions.
      if (entry === undefined) return;
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
    plant(key, value) {
      const entry = storedOf(value, false);
      if (entry === undefined) throw new TypeError("plant: a value that JSON can hold");
      entries.set(key, entry);
    },
    get ofSinglePage() {
      ofSinglePage ??= createPhoneStorage();
      return ofSinglePage;
    },
  });
}

function storedOf(value: unknown, encrypted: boolean): Stored | undefined {
  const text: string | undefined = JSON.stringify(value);
  // A date of whichever JavaScript environment.
  const isDate = Object.prototype.toString.call(value) === "[object Date]";
  return text === undefined ? undefined : { text, isDate, encrypted };
}

function readStored({ text, isDate }: Stored): unknown {
  const value: unknown = JSON.parse(text);
  return isDate ? new Date(String(value)) : value;
}

/** What a storage would give back. */
export function copyOf(value: unknown): unknown {
  const stored = storedOf(value, false);
  return stored === undefined ? undefined : readStored(stored);
}
