import type { EndRule, EndWhy } from "../core/errors/reasons.ts";
import type { SessionId, UserId } from "../core/ids.ts";
import type { Revocation } from "../core/revocation.ts";

export type { Revocation } from "../core/revocation.ts";

/** How a platform names a user in an app: the key of everything; never a unionid. */
export interface IdentityKey {
  /** `wechat`, … */
  readonly platform: string;
  /** The platform's app id. */
  readonly app: string;
  readonly openid: string;
}

/** A ban in force or over. */
export interface Ban {
  readonly reason: string;
  /** Epoch ms; `null` = for good. */
  readonly until: number | null;
}

/** The host's own claims, ≤ 1 KiB of JSON, carried under `claims` in access tokens. */
export type HostClaims = Readonly<Record<string, unknown>>;

/** One user of the back end, as Hufu keeps it. */
export interface User {
  readonly id: UserId;
  /** The host's own key for this user; unique where present. */
  readonly externalId: string | null;
  readonly status: "active" | "closed";
  /** The authorization version: only grows. */
  readonly ver: number;
  /** The `ver` for which the host was last asked about roles; matters only where the host owns them. */
  readonly resolvedVer: number;
  readonly roles: readonly string[];
  readonly claims: HostClaims | null;
  /** As stored; whether it is in force is a matter of the time. */
  readonly ban: Ban | null;
  readonly createdAt: number;
}

/** A refresh token that was current until one of its children was used. */
export interface RecentToken {
  /** base64url SHA-256 of the token. */
  readonly hash: string;
  /** Epoch ms at which it stopped being current. */
  readonly at: number;
  /** Tag of the attempt whose child won; empty if the client had named none. */
  readonly winner: string;
}

/** The kind of device that a session was begun on. */
export type DeviceType = "phone" | "pad" | "pc" | "devtools" | "other";

/** A stronger authentication than the silent one, and when it was. */
export interface HigherAuthentication {
  readonly acr: string;
  readonly amr: readonly string[];
  /** Epoch ms. */
  readonly at: number;
}

/** One sign-in on one device: one row, changed only by compare-and-set on `version`. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly platform: string;
  readonly app: string;
  readonly openid: string;
  readonly clientId: string;
  readonly mode: "dual" | "single";
  readonly deviceId: string | null;
  readonly deviceType: DeviceType;
  readonly deviceName: string | null;

  /** Grows by one with every change of the row. */
  readonly version: number;
  /** Of the current refresh token; its children have one more. */
  readonly generation: number;
  /** base64url SHA-256 of the current refresh token. */
  readonly currentHash: string;
  /** Id of the secret that derives the current token's children. */
  readonly keyId: string;
  /**
   * Newest first, at most 8. The newest is the parent of the current token and stays until the next promotion; the
   * others are no older than 60 s at the time of the last promotion.
   */
  readonly recent: readonly RecentToken[];

  readonly status: "active" | "ended";
  readonly endWhy: EndWhy | null;
  readonly endedAt: number | null;
  /** Who ended it: `user`, `system`, or an administrator's `sub`. */
  readonly endedBy: string | null;
  /** By which rule; `null` also where a node of before has ended it. */
  readonly endRule: EndRule | null;

  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly idleUntil: number;
  readonly absoluteUntil: number;
  /** The latest time that this row has seen. It never runs back, even if a clock does. */
  readonly clock: number;

  readonly authTime: number;
  readonly acr: string;
  readonly amr: readonly string[];
  /** The last stronger authentication; whether it still counts is a matter of the time. */
  readonly higher: HigherAuthentication | null;
  /** RFC 7638 thumbprint of the proof key, for bound sessions. */
  readonly jkt: string | null;
  /** Policy version at sign-in: a reset with a higher one ended this session. */
  readonly bornPol: number;

  /** Hash of app and login code; unique. */
  readonly codeHash: string;
  /** Tag of the sign-in's attempt; empty if the client sent none. */
  readonly codeAttempt: string;
  /** Did this sign-in make the user? A replayed sign-in must say the same again. */
  readonly madeUser: boolean;
}

/** What decides whether a session must end for another one; little enough to be read of many. */
export type SessionOutline = Pick<
  Session,
  | "id"
  | "userId"
  | "platform"
  | "app"
  | "openid"
  | "clientId"
  | "deviceId"
  | "deviceType"
  | "status"
  | "endWhy"
  | "createdAt"
  | "lastUsedAt"
  | "idleUntil"
  | "absoluteUntil"
  | "clock"
  | "bornPol"
>;

/** All that minting needs, read in one statement, so that no two of these facts come from different moments. */
export interface SessionFacts {
  readonly session: Session;
  readonly user: User;
  /** The policy version of the database. */
  readonly pol: number;
  /** The highest policy version at which this session's app, or everybody, was reset; 0 if never. */
  readonly resetPol: number;
  /** The database's time, epoch ms. */
  readonly now: number;
}

/** A revocation in its place: numbers grow in commit order, without gaps that could fill later. */
export interface RevocationEntry {
  readonly number: number;
  readonly revocation: Revocation;
  /** Epoch ms after which no token that it concerns can still be valid. */
  readonly until: number;
}

/** What happened, so that an operator can explain it later. Holds no token, no code, no session_key. */
export interface AuditRecord {
  readonly action: string;
  readonly userId?: UserId;
  readonly sid?: SessionId;
  readonly app?: string;
  /** `user`, `system`, or the `sub` of an administrator or client. */
  readonly actor: string;
  readonly why?: string;
  /** Which rule decided, where there are several: `device`, `perDeviceType`, … */
  readonly rule?: string | undefined;
  readonly requestId?: string | undefined;
  /** `caller_request_id` is the caller's own `X-Request-Id`. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** What says something of a person: the network address, an openid. Erased when the user's account closes. */
  readonly personal?: Readonly<Record<string, string>> | undefined;
}

/** An audit record as it is read back. */
export interface StoredAuditRecord extends AuditRecord {
  /** Given when it was written; the order of lists. */
  readonly id: number;
  readonly at: number;
  /** Its place in the chain; `null` while it waits for it. */
  readonly seq: number | null;
}

/** A promise to the host: delivered at least once, in no promised order. */
export interface Delivery {
  readonly event: "sign-in" | "session-end" | "user-closed";
  readonly payload: Readonly<Record<string, unknown>>;
  /** The receiver elsewhere, and how the message is named; absent = a hook of the back end's own process. */
  readonly webhook?: { readonly endpoint: string; readonly messageId: string } | undefined;
}

/** A delivery as it waits. */
export interface PendingDelivery extends Delivery {
  readonly id: number;
  /** How often it was taken before this time. */
  readonly attempts: number;
}

/** A signing key as it rests: the private half sealed. Its stage follows from the times. */
export interface StoredKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  /** 1, 2, 3, …: unique, so that exactly one node makes the next key. */
  readonly sequence: number;
  readonly alg: string;
  /** The public JWK as JSON. */
  readonly publicJwk: string;
  /** The private key, sealed. */
  readonly sealedPrivate: string;
  readonly createdAt: number;
  /** Epoch ms from which it signs. */
  readonly signsFrom: number;
  /** Epoch ms until which it is published; `null` while no successor exists. */
  readonly publishedUntil: number | null;
  readonly revokedAt: number | null;
}
