import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";
import type { SimulatedApp } from "./apps.ts";
import type { FaultOrder } from "./faults.ts";
import type { Listening } from "./http/listen.ts";
import type { UserKey } from "./issued/user-keys.ts";

/** Options of `createSimulatedWeChat`. */
export interface SimulatedWeChatOptions {
  /** The mini programs that exist. */
  readonly apps?: readonly SimulatedApp[];
  /** Takes every appid that is not listed, with any secret. Default `false`. */
  readonly anyApp?: boolean;
  /**
   * Takes codes that it never issued (WeChat DevTools sends real ones) as those of this one user, each once.
   * `phoneNumber` does the same for phone codes. Default: such codes are invalid.
   */
  readonly unknownCodes?: { readonly user: string; readonly phoneNumber?: string } | undefined;
  /** A session_key younger than this many milliseconds survives a new login code. Default 0: every code brings a new key. */
  readonly sessionKeyPeriodMs?: number;
  /** How long a session_key is valid. Default three days; the platform does not tell. */
  readonly sessionKeyLifeMs?: number;
  /** Exchanges per user and minute before 45011. Default 100, as the platform's. */
  readonly loginsPerMinute?: number;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Waits for the slow faults. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Whose openid, code or number is meant. */
export interface Whose {
  /** Default: the first app listed. */
  readonly appId?: string | undefined;
  /** Any name of 1 to 128 characters; the user exists by being named. */
  readonly user: string;
}

/** What has happened so far. */
export interface SimulatorCounters {
  /** Calls by path, faults included. */
  readonly calls: Readonly<Record<string, number>>;
  /** By path: how many of the next calls meet a fault. */
  readonly faultsWaiting: Readonly<Record<string, number>>;
  readonly codesHeld: number;
}

/** An HTTP server that behaves like `api.weixin.qq.com`. */
export interface SimulatedWeChat {
  /** For a `node:http` server of one's own. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Starts a server; port 0 (the default) takes a free one, host defaults to `127.0.0.1`. */
  listen(port?: number, host?: string): Promise<Listening>;
  /** What `wx.login` does: a code for one exchange within five minutes. @throws TypeError on an unknown app or a bad name */
  issueCode(whose: Whose): string;
  /** What the phone-number button does. `number` is digits alone; `countryCode` defaults to `"86"`. @throws TypeError */
  issuePhoneCode(whose: Whose & { readonly number: string; readonly countryCode?: string | undefined }): string;
  /** What a phone of this user signs after a finger or face: base64, for `json` as it stands. @throws TypeError */
  signSoter(signed: Whose & { readonly json: string }): string;
  /** What `getLatestUserKey` gives a phone of this user: the newest key in use, or a new one. @throws TypeError */
  userKey(whose: Whose): UserKey;
  /** Gives this user a newer key; the phones get it when they ask. @throws TypeError */
  rotateUserKey(whose: Whose): UserKey;
  /** The openid that this user has in this app, always the same. @throws TypeError */
  openid(whose: Whose): string;
  /** The unionid, if the app is bound to an Open Platform account. @throws TypeError */
  unionid(whose: Whose): string | undefined;
  /** Marks a user high risk (40226), or no longer. @throws TypeError */
  setUser(wanted: { readonly user: string; readonly highRisk: boolean }): void;
  /** Makes the next calls of a path go wrong. @throws TypeError if the order makes no sense */
  fault(order: FaultOrder): void;
  /** Forgets the faults of a path, or all; answers how many calls would have met one. @throws TypeError */
  clearFaults(path?: string): number;
  counters(): SimulatorCounters;
}
