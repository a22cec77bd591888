import type { Caller } from "../../core/caller.ts";
import type { EndRule, EndWhy } from "../../core/errors/reasons.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { Delivery, SessionOutline } from "../../store/records.ts";
import type { Accompaniment } from "../../store/sessions.ts";
import { type Listeners, sessionEndDeliveries } from "../hook-events.ts";

/** What the records of an end say about the session. */
type Ended = Pick<SessionOutline, "id" | "userId" | "app">;

/** Why a session ends, and by which rule. */
export interface EndCause {
  readonly why: EndWhy;
  readonly rule: EndRule;
}

/** An administrator's end of a session. */
export const KICK: EndCause = Object.freeze({ why: "kicked", rule: "administrator" });

/** The one audit record and the deliveries that every end of a session leaves. */
export function endRecords(
  session: Ended,
  { why, rule }: EndCause,
  caller: Caller,
  listeners: Listeners,
): Accompaniment {
  const { userId, id: sid, app } = session;
  const audit = auditRecord(caller, { action: "session.end", userId, sid, app, why, rule });
  return { audit: [audit], deliveries: endDeliveries(session, why, listeners) };
}

/** The deliveries of an ended session to your hooks and webhooks. */
export function endDeliveries(session: Ended, why: EndWhy, listeners: Listeners): readonly Delivery[] {
  return sessionEndDeliveries(listeners, { userId: session.userId, sid: session.id, app: session.app, why });
}
