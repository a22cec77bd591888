import { setImmediate } from "node:timers";
import type { Life } from "../environment/lives.ts";
import type { PhoneClock } from "../phone-clock.ts";
import { copyOf, type PhoneStorage, type StorageFault } from "../phone-storage.ts";
import { type Answer, type Callbacks, type Failure, type Okay, settle } from "./callbacks.ts";

interface KeyOptions<Success> extends Callbacks<Success> {
  readonly key: string;
}

export interface GetStorageOptions extends KeyOptions<Okay & { data: unknown }> {
  readonly encrypt?: boolean;
}

export interface SetStorageOptions extends KeyOptions<Okay> {
  readonly data: unknown;
  readonly encrypt?: boolean;
}

export interface StorageInfo {
  readonly keys: readonly string[];
  /** KiB. */
  readonly currentSize: number;
  readonly limitSize: number;
}

/** The storage calls of `wx`. Encryption is for the asynchronous ones alone. */
export interface WxStorage {
  getStorage<Options extends GetStorageOptions>(options: Options): Answer<Options, Okay & { data: unknown }>;
  setStorage<Options extends SetStorageOptions>(options: Options): Answer<Options, Okay>;
  removeStorage<Options extends KeyOptions<Okay>>(options: Options): Answer<Options, Okay>;
  clearStorage<Options extends Callbacks<Okay> = Callbacks<Okay>>(options?: Options): Answer<Options, Okay>;
  getStorageInfo<Options extends Callbacks<Okay & StorageInfo> = Callbacks<Okay & StorageInfo>>(
    options?: Options,
  ): Answer<Options, Okay & StorageInfo>;
  /** `""` if there is nothing. */
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, data: unknown): void;
  removeStorageSync(key: string): void;
  clearStorageSync(): void;
  getStorageInfoSync(): StorageInfo;
}

const LIMIT_KIB = 10_240;
/** What a disturbed storage answers in place of what was written. */
const RUBBISH = "\ufffd{]rubbish";

export function createWxStorage(life: Life, clock: PhoneClock, storage: PhoneStorage): WxStorage {
  const info = (): StorageInfo => ({
    keys: storage.keys(),
    currentSize: Math.ceil(storage.size() / 1024),
    limitSize: LIMIT_KIB,
  });

  function read(key: string, encrypt: boolean, fault: StorageFault | undefined): unknown {
    if (fault === "fails") throw new Error("getStorage:fail internal error");
    const value = storage.read(key, encrypt);
    return fault === "rubbish" && value !== undefined ? RUBBISH : value;
  }
  function write(key: string, value: unknown, encrypt: boolean, fault: StorageFault | undefined): void {
    if (fault === "fails") throw new Error("setStorage:fail internal error");
    if (fault !== "forgets") storage.write(key, value, encrypt);
  }

  /** Later, as everything asynchronous; a storage that hangs answers never. */
  function later<Options extends Callbacks<Success>, Success>(
    name: string,
    options: Options,
    what: "read" | "write" | undefined,
    work: (fault: StorageFault | undefined) => Success,
  ): Answer<Options, Success> {
    return settle<Options, Success>(life, name, options, (succeed, fail) => {
      const answer = (fault: StorageFault | undefined): void => {
        // A process that was killed in the meantime does nothing any more.
        if (!life.alive) return;
        try {
          succeed(work(fault));
        } catch (error) {
          fail(failureOf(name, error));
        }
      };
      setImmediate(() => {
        const fault = what === undefined || !life.alive ? undefined : storage.takeFault(what);
        if (fault === "hangs") return;
        if (typeof fault === "object") clock.after(fault.slowBy, () => answer(undefined));
        else answer(fault);
      });
    });
  }

  return {
    getStorage: (options) =>
      later("getStorage", options, "read", (fault) => {
        const data = read(options.key, options.encrypt === true, fault);
        if (data === undefined) throw new Error("getStorage:fail data not found");
        return { data, errMsg: "getStorage:ok" };
      }),
    setStorage: (options) => {
      // What is stored is what the value was when it was handed over, not what became of it since.
      const value = handedOver(options.data);
      return later("setStorage", options, "write", (fault) => {
        write(options.key, value(), options.encrypt === true, fault);
        return { errMsg: "setStorage:ok" };
      });
    },
    removeStorage: (options) =>
      later("removeStorage", options, undefined, () => {
        storage.remove(options.key);
        return { errMsg: "removeStorage:ok" };
      }),
    clearStorage: <Options extends Callbacks<Okay>>(options?: Options) =>
      later<Options, Okay>("clearStorage", options ?? ({} as Options), undefined, () => {
        storage.clear();
        return { errMsg: "clearStorage:ok" };
      }),
    getStorageInfo: <Options extends Callbacks<Okay & StorageInfo>>(options?: Options) =>
      later<Options, Okay & StorageInfo>("getStorageInfo", options ?? ({} as Options), undefined, () => ({
        ...info(),
        errMsg: "getStorageInfo:ok",
      })),
    getStorageSync(key) {
      const data = read(key, false, storage.takeFault("read", "sync"));
      return data === undefined ? "" : data;
    },
    setStorageSync(key, data) {
      if (life.alive) write(key, data, false, storage.takeFault("write", "sync"));
    },
    removeStorageSync(key) {
      if (life.alive) storage.remove(key);
    },
    clearStorageSync() {
      if (life.alive) storage.clear();
    },
    getStorageInfoSync: info,
  };
}

/** Hands over a copy of what the value is now, or what copying it has thrown. */
function handedOver(value: unknown): () => unknown {
  try {
    const copy = copyOf(value);
    return () => copy;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function failureOf(name: string, error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  return { errMsg: /^\w+:fail/.test(text) ? text.replace(/^\w+(?=:fail)/, name) : `${name}:fail ${text}` };
}
