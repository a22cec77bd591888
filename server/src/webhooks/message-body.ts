import type { StoredWebhook } from "../store/webhooks.ts";
import { typeOfEvent } from "./webhook-events.ts";

/** What was stored under a name, and what the wire calls it. What is not listed is not sent. */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  userId: "user_id",
  externalId: "external_id",
  sid: "sid",
  app: "app",
  new: "new",
  why: "why",
};

/** The body of a message (docs/protocol.md §12.2): the same at every attempt, because the signature covers it. */
export function bodyOf({ event, payload, createdAt }: StoredWebhook): string {
  const members = Object.entries(payload).flatMap(([name, value]) => {
    const wireName = WIRE_NAMES[name];
    return wireName === undefined ? [] : [[wireName, value] as const];
  });
  const timestamp = new Date(createdAt).toISOString();
  return JSON.stringify({ type: typeOfEvent(event), timestamp, data: Object.fromEntries(members) });
}
