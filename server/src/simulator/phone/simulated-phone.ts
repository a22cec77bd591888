import type { Clock } from "../../core/clock.ts";
import type { Failure } from "./callbacks.ts";
import type { MiniWorld, MiniWorldOptions } from "./mini-world.ts";
import type { NetworkName, NetworkProfile } from "./network-profile.ts";
import type { PhoneClock } from "./phone-clock.ts";
import type { PhoneFiles } from "./phone-files.ts";
import type { LoggedCall, NetworkCounters } from "./phone-network.ts";
import type { PhoneStorage } from "./phone-storage.ts";
import type { WxAppEvents } from "./wx-app-events.ts";
import type { PhoneIdentity, WxDevice } from "./wx-device.ts";
import type { WxLogin } from "./wx-login.ts";
import type { WxNetwork } from "./wx-request.ts";
import type { ScreenEvent, WxScreen } from "./wx-screen.ts";
import type { WxStorage } from "./wx-storage.ts";

/** What the phone lends a mini program. */
export interface PhoneWx extends WxLogin, WxNetwork, WxStorage, WxDevice, WxAppEvents, WxScreen {}

/** Options of `createSimulatedPhone`. */
export interface SimulatedPhoneOptions extends Partial<PhoneIdentity> {
  readonly appId: string;
  /** Where codes come from: a simulated WeChat, or a function that gives one. */
  readonly wechat:
    | { issueCode(whose: { readonly appId: string; readonly user: string }): string }
    | (() => string | Promise<string>);
  /** Whose phone it is. Default `somebody`. */
  readonly user?: string;
  /** Default `perfect`. */
  readonly network?: NetworkName | NetworkProfile;
  /** All chance of this phone. Default 1. */
  readonly seed?: number;
  /** Ms by which its clock is wrong. Default 0. */
  readonly clockSkew?: number;
  /** How many ms pass on it in one of the world. Default 1. */
  readonly speed?: number;
  /** The time that phone and server live in, its speed included, which a test may move. Default: this machine's, times `speed`. */
  readonly clock?: Clock;
  /** A storage that exists already: another runtime's, or an earlier phone's. Default: an empty one. */
  readonly storage?: PhoneStorage;
  /** Hosts that may be called. Default: any, as when DevTools is told not to check. */
  readonly domains?: readonly string[];
  /** Where an origin really is: `{ "https://api.example.com": "http://127.0.0.1:3000" }`; `"*"` = all others. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Logins before the platform refuses. Default: no limit. */
  readonly logins?: number;
  /** What a person answers to a modal or an action sheet. Default: confirms, and taps the first. */
  readonly answer?: (event: ScreenEvent) => Readonly<Record<string, unknown>>;
}

export interface PhoneCounters extends NetworkCounters {
  /** Calls of `wx.login`, and those that were too many. */
  readonly logins: number;
  readonly loginsRefused: number;
}

/** A phone with one mini program. */
export interface SimulatedPhone {
  /** Of the run that is going on; a restart makes another. */
  readonly wx: PhoneWx;
  readonly storage: PhoneStorage;
  readonly files: PhoneFiles;
  readonly clock: PhoneClock;
  readonly seed: number;
  /** Loads the mini program's built code in a bare world of the run that is going on. */
  world(options: MiniWorldOptions): MiniWorld;
  /** The user leaves it; five seconds later the network is gone. */
  background(): void;
  foreground(): void;
  /** The system ends it: nothing that was under way is ever heard of. */
  kill(): void;
  /** Kills it and starts it anew on the same storage. */
  restart(): void;
  setNetwork(network: NetworkName | NetworkProfile): void;
  /** Makes the next logins fail, or never answer. */
  failLogins(failure: Failure | "hangs", times?: number): void;
  counters(): PhoneCounters;
  /** The newest 10,000 calls that left, credentials masked. */
  calls(): readonly LoggedCall[];
  /** What was shown, and where it went. */
  shown(): readonly ScreenEvent[];
  /** Calls of the platform that were never settled. */
  unsettled(): readonly string[];
  /** @throws what the mini program's callbacks have thrown, the first of it */
  rethrow(): void;
  /** Ends it for good and closes its connections. */
  close(): void;
}
