import type { EndWhy } from "../core/errors/reasons.ts";
import type { SessionId, UserId } from "../core/ids.ts";
import type { Delivery } from "../store/records.ts";

/** A user signed in. */
export interface SignInEvent {
  readonly userId: UserId;
  /** Your back end's own id of the user; `null` if it gave none. */
  readonly externalId: string | null;
  readonly sid: SessionId;
  /** The platform's app id. */
  readonly app: string;
  readonly openid: string;
  /** Did this sign-in make the user? */
  readonly new: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A session ended. */
export interface SessionEndEvent {
  readonly userId: UserId;
  readonly sid: SessionId;
  /** The platform's app id. */
  readonly app: string;
  /** The word of docs/protocol.md §3.5. */
  readonly why: EndWhy;
}

/** A user's account was closed (注销账号). */
export interface UserClosedEvent {
  readonly userId: UserId;
  /** Your back end's own id of the user; `null` if it gave none. */
  readonly externalId: string | null;
}

/** Events for your back end, each delivered at least once, in no guaranteed order. A hook is called again after a failure. */
export interface Hooks {
  readonly onSignIn?: ((event: SignInEvent) => Promise<void> | void) | undefined;
  readonly onSessionEnd?: ((event: SessionEndEvent) => Promise<void> | void) | undefined;
  readonly onUserClosed?: ((event: UserClosedEvent) => Promise<void> | void) | undefined;
}

/** A webhook receiver and the events that it subscribes to. */
export interface Subscription {
  /** The configuration's name for it. */
  readonly id: string;
  readonly events: readonly Delivery["event"][];
}

/** All subscribers. Deliveries are written only for these. */
export interface Listeners {
  readonly hooks: Hooks;
  readonly webhooks: readonly Subscription[];
}

/** For records without deliveries. */
export const NO_LISTENERS: Listeners = Object.freeze({ hooks: {}, webhooks: [] });

/** Webhooks do not carry the openid: the receiver knows the user by its own id and Hufu's. */
export function signInDeliveries(listeners: Listeners, event: SignInEvent): readonly Delivery[] {
  const { openid: _, ...sent } = event;
  return deliveriesOf(listeners, "sign-in", `start_${event.sid}`, event, sent);
}

export function sessionEndDeliveries(listeners: Listeners, event: SessionEndEvent): readonly Delivery[] {
  return deliveriesOf(listeners, "session-end", `end_${event.sid}`, event, event);
}

export function userClosedDeliveries(listeners: Listeners, event: UserClosedEvent): readonly Delivery[] {
  return deliveriesOf(listeners, "user-closed", `close_${event.userId}`, event, event);
}

/** @param messageId of this event, of which there is one: a receiver can tell a repetition even after a restored backup */
function deliveriesOf(
  { hooks, webhooks }: Listeners,
  event: Delivery["event"],
  messageId: string,
  payload: object,
  sent: object,
): readonly Delivery[] {
  const hook: Delivery[] = hookFor(hooks, event) === undefined ? [] : [{ event, payload: { ...payload } }];
  const wanted = webhooks.filter(({ events }) => events.includes(event));
  return [
    ...hook,
    ...wanted.map(({ id }): Delivery => ({ event, payload: { ...sent }, webhook: { endpoint: id, messageId } })),
  ];
}

/** The hook for an event, if the back end gave one. */
export function hookFor(
  hooks: Hooks,
  event: Delivery["event"],
): ((payload: object) => Promise<void> | void) | undefined {
  const { onSignIn, onSessionEnd, onUserClosed } = hooks;
  // What is stored under an event's name was written by the function above.
  switch (event) {
    case "sign-in":
      return onSignIn && ((payload) => onSignIn(payload as SignInEvent));
    case "session-end":
      return onSessionEnd && ((payload) => onSessionEnd(payload as SessionEndEvent));
    case "user-closed":
      return onUserClosed && ((payload) => onUserClosed(payload as UserClosedEvent));
  }
}
