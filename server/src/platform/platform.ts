/** One mini program as a deployment knows it. */
export interface App {
  /** The OAuth `client_id`; by default the platform's app id. */
  readonly id: string;
  readonly platform: string;
  /** The platform's app id, such as `wx…`. */
  readonly appId: string;
  readonly appSecret: string;
  /** Base URL of the platform's API, without a trailing slash. */
  readonly endpoint: string;
  /** Inside one scope (one Open Platform account) equal unionids mean one person; `null` = never link. */
  readonly unionScope: string | null;
  /** May only sign in with a proof of possession. */
  readonly requireProof: boolean;
  /** Most login codes that the platform is asked about in a minute; absent = no limit of ours. */
  readonly signInsPerMinute?: number | undefined;
}

/** What a platform says about the user who held a login code. */
export interface PlatformIdentity {
  readonly openid: string;
  readonly unionid: string | null;
  /** Secret of the platform: never leaves the server, never logged. */
  readonly sessionKey: string | null;
}

/** What a platform says about the user who pressed the phone button. */
export interface PlatformPhone {
  /** E.164, such as `+8613800138000`. */
  readonly number: string;
}

/** One of the keys that a platform shares with a user's phones. Secret: never logged, never stored. */
export interface UserKey {
  /** The platform's number of it. */
  readonly version: number;
  /** As the phone gets it, text. */
  readonly key: string;
  /** Seconds that it is still in use, more than 0. */
  readonly expiresIn: number;
}

/**
 * A platform: who confirms a user. Refusals are `HufuError`s with the reasons `login_code_invalid`,
 * `login_code_used`, `platform_blocked`, `platform_rate_limited`, `platform_misconfigured`, `platform_unavailable`.
 */
export interface Platform {
  readonly name: string;
  /** Is this text worth asking about? Malformed codes never travel. */
  isCode(text: string): boolean;
  /** Single-use code in, identity out. Ends within the sign-in deadline (10 s by default). */
  exchange(app: App, code: string): Promise<PlatformIdentity>;
  /** Code of the phone button in, number out; the platform itself checks that it belongs to `openid`. */
  phoneNumber(app: App, code: string, openid: string): Promise<PlatformPhone>;
  /**
   * Did this user confirm with finger or face what `json` says? The platform checks the device's signature; what stands in
   * `json` is for the caller to compare.
   */
  verifyBiometrics(app: App, openid: string, json: string, signature: string): Promise<boolean>;
  /** Is this still the platform's session_key of that user? */
  checkSessionKey(app: App, openid: string, sessionKey: string): Promise<boolean>;
  /** Makes the platform forget the session_key; answers the new one, or `undefined` if it was dead already. */
  resetSessionKey(app: App, openid: string, sessionKey: string): Promise<string | undefined>;
  /** The keys of that user that are still in use, the phone's among them; `undefined` if the session_key is dead. */
  userKeys(app: App, openid: string, sessionKey: string): Promise<readonly UserKey[] | undefined>;
  /** May this server call the platform in the app's name? Asks for the app's access token, and ends none. */
  checkAccess(app: App): Promise<void>;
}

/** A small shared cache that a platform may keep sealed secrets in (its own access tokens). */
export interface PlatformCache {
  recall(key: string): Promise<string | undefined>;
  remember(key: string, value: string, ttlMs: number): Promise<void>;
}
