import type { PlatformPhone } from "../platform/platform.ts";
import type { DeviceType, HostClaims } from "../store/records.ts";
import type { Hooks, Subscription } from "./hook-events.ts";

/** How long this deployment keeps ended sessions and audit records. */
export interface Retention {
  /** Ended and expired sessions, in milliseconds. */
  readonly sessionsMs: number;
  /** Audit records, in milliseconds. */
  readonly auditMs: number;
  /** Messages to receivers, delivered or not, in milliseconds. */
  readonly webhooksMs: number;
}

/** What the back end is asked about a user whom a platform has just confirmed. */
export interface ResolveIdentity {
  readonly platform: string;
  /** The platform's app id. */
  readonly app: string;
  readonly openid: string;
  readonly unionid: string | null;
}

/** What came along with the sign-in; all of it untrusted but the phone number, which the platform confirms. */
export interface ResolveContext {
  /** The client's `context` parameter, parsed; never stored. */
  readonly context: unknown;
  /** Present when the client sent a `phone_code`. */
  readonly phone: PlatformPhone | null;
  /** Our id of the user, if the identity is known already. */
  readonly knownUser: string | null;
  /**
   * Names this question. When a sign-in is repeated because its answer was lost or your back end failed, the same name
   * comes again: answer what you answered before. A sent request has it as its `webhook-id`.
   */
  readonly questionId: string;
  /** Fires when the deadline has passed and the answer no longer counts. */
  readonly signal: AbortSignal;
}

/** What the host answers. */
export interface ResolvedUser<Claims = HostClaims> {
  /** The host's own id of this user; unique; kept as the external id and sent as `uid`. */
  readonly userId?: string | number | bigint;
  /** The user's roles. Where the host owns roles they always count, elsewhere only for a new user, and they must exist. */
  readonly roles?: readonly string[];
  /** At most 1 KiB of JSON, carried in access tokens. */
  readonly claims?: Claims;
  /** Refuses the sign-in; the text goes to the log. */
  readonly deny?: string;
}

/** Must be idempotent per identity: after a crash it is asked again. */
export type ResolveUser<Claims = HostClaims> = (
  identity: ResolveIdentity,
  context: ResolveContext,
) => Promise<ResolvedUser<Claims> | null | undefined> | ResolvedUser<Claims> | null | undefined;

/** What happens when a sign-in would pass the limit for its type of device. */
export type Overflow = "replace" | "refuse" | "evict-idle";

/** The session layer's settings, validated and in milliseconds. */
export interface SessionSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly mode: "dual" | "single";
  /** Life of an access token in this mode. */
  readonly accessMs: number;
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly openidInTokens: boolean;
  /** Most sessions per type of device; `*` = all types that are not named, together. */
  readonly perDeviceType: { readonly [Type in DeviceType | "*"]?: number | undefined };
  readonly overflow: Overflow;
  /** Most sessions of one identity; the longest unused end. */
  readonly perIdentity: number;
  readonly rolesFrom: "config" | "hufu" | "host";
  readonly defaultRoles: readonly string[];
  readonly resolveUser: ResolveUser | null;
  readonly resolveTimeoutMs: number;
  readonly hooks: Hooks;
  readonly webhooks: readonly Subscription[];
  readonly retention: Retention;
}
