import { setImmediate } from "node:timers";
import { type Callbacks, type Failure, type Life, settle } from "./callbacks.ts";
import type { PhoneStorage } from "./phone-storage.ts";

interface StorageOptions<Success> extends Callbacks<Success> {
  readonly key: string;
  readonly encrypt?: boolean;
}

interface Okay {
  readonly errMsg: string;
}

/** The storage calls of `wx`. Encryption is for the asynchronous ones alone. */
export interface WxStorage {
  getStorage(options: StorageOptions<Okay & { data: unknown }>): unknown;
  setStorage(options: StorageOptions<Okay> & { readonly data: unknown }): unknown;
  removeStorage(options: Callbacks<Okay> & { readonly key: string }): unknown;
  clearStorage(options?: Callbacks<Okay>): unknown;
  getStorageInfo(options?: Callbacks<Okay & StorageInfo>): unknown;
  /** `""` if there is nothing. */
  getStorageSync(key: string): unknown;
  setStorageSync(key: string, data: unknown): void;
  removeStorageSync(key: string): void;
  clearStorageSync(): void;
  getStorageInfoSync(): StorageInfo;
}

export interface StorageInfo {
  readonly keys: readonly string[];
  /** KiB. */
  readonly currentSize: number;
  readonly limitSize: number;
}

const LIMIT_KIB = 10_240;
/** What a disturbed storage answers in place of what was written. */
const RUBBISH = "\ufffd{]rubbish";

export function createWxStorage(life: Life, storage: PhoneStorage): WxStorage {
  const info = (): StorageInfo => ({
    keys: storage.keys(),
    currentSize: Math.ceil(storage.size() / 1024),
    limitSize: LIMIT_KIB,
  });

  function read(key: string, encrypt: boolean, fault: string | undefined): unknown {
    if (fault === "fails") throw new Error("getStorage:fail internal error");
    const value = storage.read(key, encrypt);
    return fault === "rubbish" && value !== undefined ? RUBBISH : value;
  }
  function write(key: string, value: unknown, encrypt: boolean, fault: string | undefined): void {
    if (fault === "fails") throw new Error("setStorage:fail internal error");
    if (fault !== "forgets") storage.write(key, value, encrypt);
  }

  /** Later, as everything asynchronous; a storage that hangs answers never. */
  function later<Success>(
    name: string,
    options: Callbacks<Success>,
    what: "read" | "write" | undefined,
    work: (fault: string | undefined) => Success,
  ): unknown {
    return settle<Success>(life, name, options, (succeed, fail) => {
      setImmediate(() => {
        // A process that was killed in the meantime does nothing any more.
        if (!life.alive) return;
        const fault = what === undefined ? undefined : storage.takeFault(what);
        if (fault === "hangs") return;
        try {
          succeed(work(fault));
        } catch (error) {
          fail(failureOf(name, error));
        }
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
    setStorage: (options) =>
      later("setStorage", options, "write", (fault) => {
        write(options.key, options.data, options.encrypt === true, fault);
        return { errMsg: "setStorage:ok" };
      }),
    removeStorage: (options) =>
      later("removeStorage", options, undefined, () => {
        storage.remove(options.key);
        return { errMsg: "removeStorage:ok" };
      }),
    clearStorage: (options = {}) =>
      later("clearStorage", options, undefined, () => {
        storage.clear();
        return { errMsg: "clearStorage:ok" };
      }),
    getStorageInfo: (options = {}) =>
      later("getStorageInfo", options, undefined, () => ({ ...info(), errMsg: "getStorageInfo:ok" })),
    getStorageSync(key) {
      const data = read(key, false, storage.takeFault("read"));
      return data === undefined ? "" : data;
    },
    setStorageSync: (key, data) => write(key, data, false, storage.takeFault("write")),
    removeStorageSync: (key) => storage.remove(key),
    clearStorageSync: () => storage.clear(),
    getStorageInfoSync: info,
  };
}

function failureOf(name: string, error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error);
  return { errMsg: text.startsWith(name) ? text : text.replace(/^\w+(?=:fail)/, name) };
}
