import { HufuError } from "../../core/errors/errors.ts";
import type { EndRule } from "../../core/errors/reasons.ts";
import type { DeviceType, IdentityKey, SessionOutline } from "../../store/records.ts";
import type { SignInRequest } from "../../store/sessions.ts";
import type { SessionSettings } from "../settings.ts";

/** Most sessions that one rule ends at one sign-in; the next sign-ins end the rest. */
const LEAVING_MOST = 10;
/** Sessions of a type beyond its limit that a sign-in sees: expired ones among them, or a limit that was lowered. */
const SEEN_BEYOND_LIMIT = 100;

export type ConcurrencyRule = Pick<SessionSettings, "perDeviceType" | "overflow" | "perIdentity">;

export interface Arrival extends IdentityKey {
  readonly deviceId: string | null;
  readonly deviceType: DeviceType;
}

/** A session that must end for a new one, and the rule that says so; `device`: it is this device's own old session. */
export interface Leaving {
  readonly id: SessionOutline["id"];
  readonly rule: EndRule;
}

/** The sessions that `freeCapacity` must see to decide by this rule. */
export function candidatesOf(
  { perDeviceType, perIdentity }: ConcurrencyRule,
  deviceId: string | null,
): SignInRequest["candidates"] {
  const limits = Object.values(perDeviceType).filter((limit) => limit !== undefined);
  return {
    deviceId,
    newestPerType: limits.length === 0 ? 0 : Math.max(...limits) + SEEN_BEYOND_LIMIT,
    // Below the ceiling none has to end for it; the oldest are those that may have expired.
    ofIdentity: { oldest: LEAVING_MOST, ceiling: perIdentity, oldestAtCeiling: perIdentity + LEAVING_MOST },
  };
}

/**
 * Which of a user's live sessions must end for a new one.
 *
 * The device's own old session always ends. Then the limit of its type of device counts; types without a limit of
 * their own share the one named `*`. `replace` ends the oldest, `evict-idle` the longest unused. At last the identity
 * may have `perIdentity` sessions: the longest unused end, and no sign-in is refused for it. Each limit ends ten at most.
 * @throws HufuError `too_many_sessions` where the rule is `refuse`
 */
export function freeCapacity(
  live: readonly SessionOutline[],
  arrival: Arrival,
  rule: ConcurrencyRule,
): readonly Leaving[] {
  const ofDevice = live.filter(
    ({ deviceId, app }) => arrival.deviceId !== null && deviceId === arrival.deviceId && app === arrival.app,
  );
  const stay = live.filter((session) => !ofDevice.includes(session));
  const ofType = beyondTypeLimit(stay, arrival, rule);
  const ofIdentity = stay.filter((session) => !ofType.includes(session) && isOf(session, arrival));
  const surplus = ofIdentity.length + 1 - rule.perIdentity;
  return [
    ...by("device", ofDevice),
    ...by("perDeviceType", ofType),
    ...by("perIdentity", first(surplus, ofIdentity, byLastUse)),
  ];
}

function beyondTypeLimit(
  stay: readonly SessionOutline[],
  { deviceType }: Arrival,
  { perDeviceType, overflow }: ConcurrencyRule,
): readonly SessionOutline[] {
  const ownLimit = perDeviceType[deviceType];
  const limit = ownLimit ?? perDeviceType["*"];
  if (limit === undefined) return [];
  const counted = stay.filter((session) =>
    ownLimit === undefined ? perDeviceType[session.deviceType] === undefined : session.deviceType === deviceType,
  );
  const surplus = counted.length + 1 - limit;
  if (surplus > 0 && overflow === "refuse") throw new HufuError("too_many_sessions");
  return first(surplus, counted, overflow === "evict-idle" ? byLastUse : byAge);
}

function by(rule: EndRule, sessions: readonly SessionOutline[]): readonly Leaving[] {
  return sessions.map(({ id }) => ({ id, rule }));
}

function isOf(session: SessionOutline, { platform, app, openid }: IdentityKey): boolean {
  return session.platform === platform && session.app === app && session.openid === openid;
}

type Order = (a: SessionOutline, b: SessionOutline) => number;

function first(count: number, sessions: readonly SessionOutline[], order: Order): readonly SessionOutline[] {
  return count <= 0 ? [] : sessions.toSorted(order).slice(0, Math.min(count, LEAVING_MOST));
}

function byAge(a: SessionOutline, b: SessionOutline): number {
  return a.createdAt - b.createdAt;
}

function byLastUse(a: SessionOutline, b: SessionOutline): number {
  return a.lastUsedAt - b.lastUsedAt;
}
