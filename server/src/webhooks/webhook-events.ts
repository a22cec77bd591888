import type { Delivery } from "../store/records.ts";

/** The events that a receiver can subscribe to, by their names in messages. */
export const WEBHOOK_TYPES = ["user.signed_in", "session.ended", "user.closed"] as const;

/** @see WEBHOOK_TYPES */
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

const TYPES: Readonly<Record<Delivery["event"], WebhookType>> = {
  "sign-in": "user.signed_in",
  "session-end": "session.ended",
  "user-closed": "user.closed",
};

/** The wire's name of an event. */
export function typeOfEvent(event: Delivery["event"]): WebhookType {
  return TYPES[event];
}

/** The events of these types. */
export function eventsOf(types: readonly WebhookType[]): readonly Delivery["event"][] {
  const events: readonly Delivery["event"][] = ["sign-in", "session-end", "user-closed"];
  return events.filter((event) => types.includes(TYPES[event]));
}
