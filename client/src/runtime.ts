/** What a platform hands over in every answer that arrived, whatever its status. */
export interface PlatformAnswer {
  readonly statusCode: number;
  readonly data?: unknown;
  readonly header?: Readonly<Record<string, string>>;
  /** Of a download: where the body lies. */
  readonly tempFilePath?: string;
}

/** Why a platform's call failed; `errno` says more where the platform is new enough. */
export interface PlatformFailure {
  readonly errMsg: string;
  readonly errno?: number;
}

/** The ways in which a mini program reaches the network. */
export type CallKind = "request" | "upload" | "download";

/** What a platform takes for a call; anything else that the caller said goes along untouched. */
export interface PlatformCall {
  readonly url: string;
  readonly method?: string;
  readonly data?: unknown;
  readonly header: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly success: (answer: PlatformAnswer) => void;
  readonly fail: (failure: PlatformFailure) => void;
}

/** A call under way. What it can tell differs by platform and kind, so listeners are set by name. */
export interface PlatformTask {
  abort(): void;
}

/** What kind of device this is; the server may limit sessions by it. */
export type DeviceType = "phone" | "pad" | "pc" | "devtools" | "other";

export type Environment = "develop" | "trial" | "release";

/** Where this mini program runs. */
export interface Place {
  readonly appId: string;
  readonly environment: Environment;
  readonly deviceType: DeviceType;
  readonly deviceName: string | undefined;
  /** Opened in a preview that has no login, such as Moments' single-page mode: whoever looks is a guest. */
  readonly isPreview: boolean;
}

/** All that the client asks of a platform. A further platform is a further one of these. */
export interface Runtime {
  readonly place: Place;
  /** A fresh login code. Rejects with a `PlatformFailure`. */
  login(): Promise<string>;
  /** Starts a call; exactly one of `success` and `fail` is called, later. */
  start(kind: CallKind, call: PlatformCall): PlatformTask | undefined;
  /** The text under this key; `undefined` if there is none. Rejects if that cannot be known now. */
  read(key: string): Promise<string | undefined>;
  /** Rejects if it could not be kept. */
  write(key: string, text: string): Promise<void>;
  /** 32 unpredictable hexadecimal digits. */
  random(): Promise<string>;
  /** Calls `run` whenever the mini program comes to the foreground. */
  onShow(run: () => void): void;
  /** Epoch milliseconds by the device's clock, which may be wrong and may jump. */
  now(): number;
  /** Calls `run` after so many milliseconds. Answers how to call it off. */
  later(ms: number, run: () => void): () => void;
  /** For `debug: true`. */
  print(line: string): void;
}
