import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { MiniEnvironment, MiniEnvironmentOptions } from "./environment/environment.ts";
import type { Entrance } from "./launch.ts";
import type { LoggedCall } from "./network/call-log.ts";
import type { NetworkName, NetworkProfile } from "./network/network-profile.ts";
import type { NetworkCounters } from "./network/phone-network.ts";
import type { PhoneClock } from "./phone-clock.ts";
import type { PhoneFiles } from "./phone-files.ts";
import type { PhoneStorage } from "./phone-storage.ts";
import type { Failure } from "./wx/callbacks.ts";
import type { CodeSource } from "./wx/code-source.ts";
import type { WxAppEvents } from "./wx/wx-app-events.ts";
import type { PhoneIdentity, WxDevice } from "./wx/wx-device.ts";
import type { DownloadOptions, DownloadTask } from "./wx/wx-download.ts";
import type { WxCall, WxFault } from "./wx/wx-faults.ts";
import type { WxFiles } from "./wx/wx-files.ts";
import type { WxLogin } from "./wx/wx-login.ts";
import type { RequestOptions, RequestTask } from "./wx/wx-request.ts";
import type { PersonAnswers, ScreenEvent, WxScreen } from "./wx/wx-screen.ts";
import type { WxSocket } from "./wx/wx-socket.ts";
import type { SoterMode, WxSoter } from "./wx/wx-soter.ts";
import type { WxStorage } from "./wx/wx-storage.ts";
import type { UploadOptions, UploadTask } from "./wx/wx-upload.ts";
import type { WxUserKeys } from "./wx/wx-user-keys.ts";

/** What the phone lends a mini program. */
export interface PhoneWx
  extends WxLogin,
    WxSocket,
    WxStorage,
    WxFiles,
    WxDevice,
    WxAppEvents,
    WxScreen,
    WxSoter,
    WxUserKeys {
  request(options: RequestOptions): RequestTask;
  uploadFile(options: UploadOptions): UploadTask;
  downloadFile(options: DownloadOptions): DownloadTask;
}

/** Options of `createSimulatedPhone`. */
export interface SimulatedPhoneOptions extends Partial<PhoneIdentity>, Entrance {
  readonly appId: string;
  /** Where codes come from: a simulated WeChat, the URL of one, or a function that gives a code. */
  readonly wechat: CodeSource;
  /** Whose phone it is. Default `somebody`. */
  readonly user?: string;
  /** Default `perfect`. */
  readonly network?: NetworkName | NetworkProfile;
  /** A whole number from which all chance of the network comes. Default 1. */
  readonly seed?: number;
  /** Ms by which its clock is wrong. Default 0. */
  readonly clockSkew?: number;
  /** How many ms pass on it in one of the environment. Default 1. */
  readonly speed?: number;
  /** The time that phone and server live in, its speed included, which a test may move. Default: this machine's, times `speed`. */
  readonly clock?: Clock;
  /** What `wx.getRandomValues` gives. Default: this machine's, because two phones must not choose the same secrets. */
  readonly random?: Random;
  /** A storage that exists already: another runtime's, or an earlier phone's. Default: an empty one. */
  readonly storage?: PhoneStorage | undefined;
  /** `https` hosts that may be called, with or without the scheme. Default: any, as when DevTools is told not to check. */
  readonly domains?: readonly string[];
  /** Where an origin really is: `{ "https://api.example.com": "http://127.0.0.1:3000" }`; `"*"` = all others. Loopback addresses need none; other hosts are refused. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Logins a day before the platform refuses. Default: no limit. */
  readonly logins?: number;
  /** What a person answers to a modal or an action sheet. Default: confirms, and taps the first. */
  readonly answer?: PersonAnswers;
  /** How it recognises its owner, who always confirms. Default: by fingerprint; none where `wechat` only gives codes. */
  readonly biometrics?: readonly SoterMode[];
  /** More of `wx` than is simulated here, or other; `undefined` takes something away, as an older phone does. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** What a phone has counted since it was made. */
export interface PhoneCounters extends NetworkCounters {
  /** Calls of `wx.login`, and those that were too many. */
  readonly logins: number;
  readonly loginsRefused: number;
  /** What this day's logins have used of the daily total. */
  readonly loginsToday: number;
}

/** A phone with one mini program. */
export interface SimulatedPhone {
  /** Of the run that is going on; a restart makes another. */
  readonly wx: PhoneWx;
  /** Of the run that is going on: the single-page mode of Moments has its own. */
  readonly storage: PhoneStorage;
  readonly files: PhoneFiles;
  readonly clock: PhoneClock;
  readonly seed: number;
  /** Loads the mini program's built code in a bare environment of the run that is going on. @throws TypeError */
  environment(options: MiniEnvironmentOptions): MiniEnvironment;
  /** The user leaves it; five seconds later the network is gone. */
  background(): void;
  /** The user comes back, perhaps by another way. */
  foreground(entrance?: Entrance): void;
  /** The system ends it: nothing that was under way is ever heard of. */
  kill(): void;
  /** Kills it and starts it anew on the same storage, perhaps by another way. */
  restart(entrance?: Entrance): void;
  /** Also tells `wx.onNetworkStatusChange` if the kind of network is another. @throws TypeError */
  setNetwork(network: NetworkName | NetworkProfile): void;
  /** Makes the next logins fail, or never answer. */
  failLogins(failure: Failure | "hangs", times?: number): void;
  /**
   * Makes the next `times` calls of `wx` go wrong as its documentation does not mention. Default: all that follow.
   * @throws TypeError for an unknown call
   */
  fault(call: WxCall, fault: WxFault, times?: number): void;
  /** Calls of `wx` that are ordered to go wrong no longer do. The storage has its own `heal`. */
  heal(): void;
  /** The session_key of the last code is no longer valid: `wx.checkSession` fails until the next login. */
  expireSession(): void;
  counters(): PhoneCounters;
  /** The newest 10,000 calls that left, credentials masked. */
  calls(): readonly LoggedCall[];
  /** What was shown, and where it went. */
  shown(): readonly ScreenEvent[];
  /** Calls of the platform that were never settled. */
  unsettled(): readonly string[];
  /** @throws what callbacks and lifecycle methods have thrown since it was last asked: one as it is, several as an `AggregateError` */
  rethrow(): void;
  /** Ends it for good and closes its connections. A test that does not close its phones may wait for their timers. */
  close(): void;
}
