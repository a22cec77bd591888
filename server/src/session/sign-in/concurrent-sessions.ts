import { HufuError } from "../../core/errors.ts";
import type { SessionId } from "../../core/ids.ts";
import type { DeviceType, Session } from "../../store/records.ts";
import type { Overflow } from "../settings.ts";

export interface ConcurrencyRule {
  readonly perDeviceType: Readonly<Partial<Record<DeviceType | "*", number>>>;
  readonly overflow: Overflow;
}

export interface Arrival {
  readonly app: string;
  readonly deviceId: string | null;
  readonly deviceType: DeviceType;
}

/**
 * Which of a user's live sessions must make way for a new one.
 *
 * The device's own old session always goes. Then the limit of its type of device counts; types without a limit of
 * their own share the one named `*`. `replace` ends the oldest, `evict-idle` the longest unused.
 * @throws HufuError `too_many_sessions` where the rule is `refuse`
 */
export function freeCapacity(live: readonly Session[], arrival: Arrival, rule: ConcurrencyRule): readonly SessionId[] {
  const ofDevice = live.filter(
    (session) => arrival.deviceId !== null && session.deviceId === arrival.deviceId && session.app === arrival.app,
  );
  const ownLimit = rule.perDeviceType[arrival.deviceType];
  const limit = ownLimit ?? rule.perDeviceType["*"];
  if (limit === undefined) return ofDevice.map((session) => session.id);

  const counted = live.filter((session) => {
    if (ofDevice.includes(session)) return false;
    if (ownLimit !== undefined) return session.deviceType === arrival.deviceType;
    return rule.perDeviceType[session.deviceType] === undefined;
  });
  const surplus = counted.length + 1 - limit;
  if (surplus > 0 && rule.overflow === "refuse") throw new HufuError("too_many_sessions");

  const order = rule.overflow === "evict-idle" ? byLastUse : byAge;
  const leaving = surplus > 0 ? counted.toSorted(order).slice(0, surplus) : [];
  return [...ofDevice, ...leaving].map((session) => session.id);
}

function byAge(a: Session, b: Session): number {
  return a.createdAt - b.createdAt;
}

function byLastUse(a: Session, b: Session): number {
  return a.lastUsedAt - b.lastUsedAt;
}
