import type { PlatformFailure, PlatformTask } from "./runtime.ts";

interface Settled<Value> {
  readonly success?: (value: Value) => void;
  readonly fail?: (failure: PlatformFailure) => void;
}

/** What of WeChat's `wx` the client uses. Members that old base libraries lack are optional. */
export interface Wx {
  login(options: { readonly timeout: number } & Settled<{ readonly code?: string; readonly errMsg: string }>): void;
  request(options: object): PlatformTask | undefined;
  uploadFile(options: object): PlatformTask | undefined;
  downloadFile(options: object): PlatformTask | undefined;
  getStorage(options: { readonly key: string; readonly encrypt?: boolean } & Settled<{ readonly data: unknown }>): void;
  setStorage(
    options: { readonly key: string; readonly data: string; readonly encrypt?: boolean } & Settled<unknown>,
  ): void;
  getRandomValues?(options: { readonly length: number } & Settled<{ readonly randomValues: ArrayBuffer }>): void;
  onAppShow?(listener: () => void): void;
  getAccountInfoSync?(): { readonly miniProgram: { readonly appId: string; readonly envVersion?: string } };
  getDeviceInfo?(): DeviceInfo;
  getSystemInfoSync?(): DeviceInfo;
  getLaunchOptionsSync?(): { readonly scene?: number };
}

export interface DeviceInfo {
  readonly platform?: string;
  readonly model?: string;
}
