import { setImmediate } from "node:timers";
import type { Random } from "../../random.ts";
import type { Life } from "../environment/lives.ts";
import type { NetworkType } from "../network/network-profile.ts";
import { arrayBufferOf } from "./bytes.ts";
import { type Answer, type Callbacks, type Okay, settle } from "./callbacks.ts";

/** Which phone it is, and which version of the mini program runs on it. */
export interface PhoneIdentity {
  readonly appId: string;
  /** What is under audit counts as `develop`. */
  readonly envVersion: "develop" | "trial" | "release";
  readonly platform: "ios" | "android" | "ohos" | "ohos_pc" | "windows" | "mac" | "devtools";
  readonly model: string;
}

export interface RandomValuesOptions
  extends Callbacks<{ readonly randomValues: ArrayBuffer; readonly errMsg: string }> {
  /** Bytes. */
  readonly length: number;
}

interface DeviceInfo {
  readonly platform: PhoneIdentity["platform"];
  readonly model: string;
  readonly brand: string;
  readonly system: string;
}

interface AppBaseInfo {
  readonly SDKVersion: string;
  readonly language: string;
  readonly version: string;
}

type NetworkTypeResult = Okay & { readonly networkType: NetworkType };

/** What `wx` says of device and mini program. */
export interface WxDevice {
  getAccountInfoSync(): {
    readonly miniProgram: {
      readonly appId: string;
      readonly envVersion: PhoneIdentity["envVersion"];
      readonly version: string;
    };
  };
  getDeviceInfo(): DeviceInfo;
  getSystemInfoSync(): DeviceInfo & AppBaseInfo;
  getAppBaseInfo(): AppBaseInfo;
  getRandomValues<Options extends RandomValuesOptions>(
    options: Options,
  ): Answer<Options, Okay & { readonly randomValues: ArrayBuffer }>;
  arrayBufferToBase64(buffer: ArrayBuffer): string;
  base64ToArrayBuffer(text: string): ArrayBuffer;
  getNetworkType<Options extends Callbacks<NetworkTypeResult> = Callbacks<NetworkTypeResult>>(
    options?: Options,
  ): Answer<Options, NetworkTypeResult>;
  /** Only of whole calls: `request`, not `request.object.method`. */
  canIUse(schema: string): boolean;
}

const APP: AppBaseInfo = { SDKVersion: "3.17.0", language: "zh_CN", version: "8.0.60" };
const RANDOM_MOST = 1_048_576;

export function createWxDevice(parts: {
  readonly life: Life;
  readonly identity: PhoneIdentity;
  readonly random: Random;
  readonly networkType: () => NetworkType;
  readonly knows: (name: string) => boolean;
}): WxDevice {
  const { life, identity, random, networkType, knows } = parts;
  const { appId, envVersion, platform, model } = identity;
  const device: DeviceInfo = { platform, model, brand: model.split(" ")[0] ?? "", system: platform };
  return {
    // The version is given for releases only.
    getAccountInfoSync: () => ({
      miniProgram: { appId, envVersion, version: envVersion === "release" ? "1.0.0" : "" },
    }),
    getDeviceInfo: () => ({ ...device }),
    getSystemInfoSync: () => ({ ...device, ...APP }),
    getAppBaseInfo: () => ({ ...APP }),
    getRandomValues: <Options extends RandomValuesOptions>(options: Options) =>
      settle<Options, Okay & { randomValues: ArrayBuffer }>(life, "getRandomValues", options, (succeed, fail) => {
        setImmediate(() => {
          const { length } = options;
          if (!Number.isSafeInteger(length) || length < 1 || length > RANDOM_MOST) {
            fail({ errMsg: "getRandomValues:fail invalid length" });
          } else succeed({ randomValues: arrayBufferOf(random(length)), errMsg: "getRandomValues:ok" });
        });
      }),
    arrayBufferToBase64: (buffer) => Buffer.from(new Uint8Array(buffer)).toString("base64"),
    base64ToArrayBuffer: (text) => arrayBufferOf(Buffer.from(text, "base64")),
    getNetworkType: <Options extends Callbacks<NetworkTypeResult>>(options: Options = {} as Options) =>
      settle<Options, NetworkTypeResult>(life, "getNetworkType", options, (succeed) => {
        setImmediate(() => succeed({ networkType: networkType(), errMsg: "getNetworkType:ok" }));
      }),
    canIUse: (schema) => knows(schema.split(".")[0] ?? ""),
  };
}
