import type { PlatformTask } from "./runtime.ts";

/** Platforms do not always give the documented types, so nothing is taken for granted here. */
interface Settled {
  readonly success?: (value?: unknown) => void;
  readonly fail?: (failure?: unknown) => void;
}

interface FileSystemManager {
  readFile?(options: { readonly filePath: string; readonly encoding: "utf8" } & Settled): void;
  writeFile?(options: { readonly filePath: string; readonly data: string; readonly encoding: "utf8" } & Settled): void;
}

/** What the client uses of WeChat's `wx`. Members that old base libraries lack are optional. */
export interface Wx {
  login(options: { readonly timeout: number } & Settled): void;
  request(options: object): PlatformTask | undefined;
  uploadFile(options: object): PlatformTask | undefined;
  downloadFile(options: object): PlatformTask | undefined;
  getStorage(options: { readonly key: string; readonly encrypt?: boolean } & Settled): void;
  setStorage(options: { readonly key: string; readonly data: string; readonly encrypt?: boolean } & Settled): void;
  getRandomValues?(options: { readonly length: number } & Settled): void;
  getFileSystemManager?(): FileSystemManager;
  readonly env?: { readonly USER_DATA_PATH?: string };
  onAppShow?(listener: () => void): void;
  onAppHide?(listener: () => void): void;
  getDeviceInfo?(): DeviceInfo;
  // Old base libraries lack these as well, but what they throw is caught anyway.
  getAccountInfoSync(): { readonly miniProgram: { readonly appId: string; readonly envVersion?: string } };
  getSystemInfoSync(): DeviceInfo;
  getLaunchOptionsSync(): { readonly scene?: number };
}

export interface DeviceInfo {
  readonly platform?: string;
  readonly model?: string;
}
