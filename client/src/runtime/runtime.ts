/** An HTTP answer as a platform gives it, whatever its status. */
export interface PlatformAnswer {
  readonly statusCode: number;
  readonly data?: unknown;
  readonly header: Readonly<Record<string, unknown>>;
  /** Of a download: the path of the file. */
  readonly tempFilePath?: string;
}

/** The ways in which a mini program reaches the network. */
export type CallKind = "request" | "upload" | "download";

/** What the client sets on a platform's call; the caller's other options are passed on unchanged. */
export interface PlatformCall {
  readonly url: string;
  readonly method?: string;
  readonly data?: unknown;
  readonly header: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  /** The arguments are `unknown`, because platforms do not always give the documented types. */
  readonly success: (answer?: unknown) => void;
  readonly fail: (failure?: unknown) => void;
}

/** A running call. Its listeners differ by platform and kind, so they are looked up by name. */
export interface PlatformTask {
  abort(): void;
}

/** The kind of device; the server may limit sessions by it. */
export type DeviceType = "phone" | "pad" | "pc" | "devtools" | "other";

export type Environment = "develop" | "trial" | "release";

/** The mini program and the device that it runs on. */
export interface AppInfo {
  readonly appId: string;
  readonly environment: Environment;
  readonly deviceType: DeviceType;
  readonly deviceName: string | undefined;
  /** A preview without login, such as the single-page mode of Moments: every user is a guest. */
  readonly isPreview: boolean;
}

/** Everything that the client asks of a platform. Supporting another platform means writing another of these. */
export interface Runtime {
  readonly app: AppInfo;
  /** A fresh login code. May reject with anything, and may never settle. */
  login(timeoutMs: number): Promise<string>;
  /** Starts a call. Calls back at most once in theory; callers must not rely on it. May throw. */
  start(kind: CallKind, call: PlatformCall): PlatformTask | undefined;
  /** The text under this key, `undefined` if nothing is stored. Rejects if it cannot be read now; may never settle. */
  read(key: string): Promise<string | undefined>;
  /** Rejects if it could not be stored; may never settle. */
  write(key: string, text: string): Promise<void>;
  /** Reads what `mark` wrote; empty if there is nothing. May never settle. */
  marked(key: string): Promise<string>;
  /** Writes a short text outside of the storage where the platform can, so that clearing the storage keeps it. */
  mark(key: string, text: string): Promise<void>;
  /** 16 unpredictable bytes. Rejects where the platform has none; may never settle. */
  random(): Promise<Uint8Array>;
  /** Calls `run` each time the mini program comes to the foreground. */
  onShow(run: () => void): void;
  /** Calls `run` each time the mini program goes to the background. */
  onHide(run: () => void): void;
  /** Epoch milliseconds by the device's clock, which may be wrong and may jump. */
  now(): number;
  /** Calls `run` after so many milliseconds. Returns a function that cancels it. */
  later(ms: number, run: () => void): () => void;
  /** For `debug: true` and for listeners that throw. */
  print(line: string): void;
}
