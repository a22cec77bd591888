import type { Random } from "../../core/random.ts";
import { type Callbacks, callBack, type Life, settle } from "./callbacks.ts";
import type { PhoneFiles } from "./phone-files.ts";

/** Which phone it is, and which version of the mini program runs on it. */
export interface PhoneIdentity {
  readonly appId: string;
  readonly envVersion: "develop" | "trial" | "release";
  /** `ios`, `android`, `windows`, `mac`, `devtools`. */
  readonly platform: string;
  readonly model: string;
  readonly scene: number;
}

/** What `wx` says of device and mini program. */
export interface WxDevice {
  getAccountInfoSync(): {
    readonly miniProgram: { readonly appId: string; readonly envVersion: string; readonly version: string };
  };
  getDeviceInfo(): {
    readonly platform: string;
    readonly model: string;
    readonly brand: string;
    readonly system: string;
  };
  getSystemInfoSync(): { readonly platform: string; readonly model: string; readonly SDKVersion: string };
  getAppBaseInfo(): { readonly SDKVersion: string; readonly language: string };
  getLaunchOptionsSync(): { readonly path: string; readonly query: object; readonly scene: number };
  getEnterOptionsSync(): { readonly path: string; readonly query: object; readonly scene: number };
  getRandomValues(
    options: Callbacks<{ readonly randomValues: ArrayBuffer; readonly errMsg: string }> & { readonly length: number },
  ): unknown;
  arrayBufferToBase64(buffer: ArrayBuffer): string;
  base64ToArrayBuffer(text: string): ArrayBuffer;
  getNetworkType(options?: Callbacks<{ readonly networkType: string; readonly errMsg: string }>): unknown;
  getFileSystemManager(): {
    readFile(
      options: Callbacks<{ readonly data: unknown; readonly errMsg: string }> & {
        readonly filePath: string;
        readonly encoding?: string;
      },
    ): void;
  };
  canIUse(schema: string): boolean;
}

const SDK_VERSION = "3.17.0";
const RANDOM_MOST = 1_048_576;

export function createWxDevice(parts: {
  readonly life: Life;
  readonly identity: PhoneIdentity;
  readonly files: PhoneFiles;
  readonly random: Random;
  readonly hasNetwork: () => boolean;
  readonly knows: (name: string) => boolean;
}): WxDevice {
  const { life, identity, files, random, hasNetwork, knows } = parts;
  const { platform, model } = identity;
  const launch = () => ({ path: "", query: {}, scene: identity.scene });
  return {
    getAccountInfoSync: () => ({
      miniProgram: {
        appId: identity.appId,
        envVersion: identity.envVersion,
        // Told for what is released, and for nothing else.
        version: identity.envVersion === "release" ? "1.0.0" : "",
      },
    }),
    getDeviceInfo: () => ({ platform, model, brand: model.split(" ")[0] ?? "", system: platform }),
    getSystemInfoSync: () => ({ platform, model, SDKVersion: SDK_VERSION }),
    getAppBaseInfo: () => ({ SDKVersion: SDK_VERSION, language: "zh_CN" }),
    getLaunchOptionsSync: launch,
    getEnterOptionsSync: launch,
    getRandomValues: (options) =>
      settle<{ randomValues: ArrayBuffer; errMsg: string }>(life, "getRandomValues", options, (succeed, fail) => {
        setImmediate(() => {
          const { length } = options;
          if (!Number.isSafeInteger(length) || length < 1 || length > RANDOM_MOST) {
            fail({ errMsg: "getRandomValues:fail invalid length" });
            return;
          }
          const randomValues = new ArrayBuffer(length);
          new Uint8Array(randomValues).set(random(length));
          succeed({ randomValues, errMsg: "getRandomValues:ok" });
        });
      }),
    arrayBufferToBase64: (buffer) => Buffer.from(new Uint8Array(buffer)).toString("base64"),
    base64ToArrayBuffer(text) {
      const bytes = Buffer.from(text, "base64");
      const buffer = new ArrayBuffer(bytes.length);
      new Uint8Array(buffer).set(bytes);
      return buffer;
    },
    getNetworkType: (options = {}) =>
      settle<{ networkType: string; errMsg: string }>(life, "getNetworkType", options, (succeed) => {
        setImmediate(() => succeed({ networkType: hasNetwork() ? "4g" : "none", errMsg: "getNetworkType:ok" }));
      }),
    getFileSystemManager: () => ({
      readFile: (options) =>
        callBack<{ data: unknown; errMsg: string }>(life, "readFile", options, (succeed, fail) => {
          setImmediate(() => {
            const content = files.read(options.filePath);
            if (content === undefined) fail({ errMsg: "readFile:fail no such file or directory" });
            else
              succeed({
                data: options.encoding === undefined ? content : content.toString("utf8"),
                errMsg: "readFile:ok",
              });
          });
        }),
    }),
    canIUse: (schema) => knows(schema.split(".")[0] ?? ""),
  };
}
