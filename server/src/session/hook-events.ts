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

/** What your back end is told, at least once each, in no promised order. Each may be called again after a failure. */
export interface Hooks {
  readonly onSignIn?: ((event: SignInEvent) => Promise<void> | void) | undefined;
  readonly onSessionEnd?: ((event: SessionEndEvent) => Promise<void> | void) | undefined;
  readonly onUserClosed?: ((event: UserClosedEvent) => Promise<void> | void) | undefined;
}

export function signInDelivery(event: SignInEvent): Delivery {
  return { event: "sign-in", payload: { ...event } };
}

export function sessionEndDelivery(event: SessionEndEvent): Delivery {
  return { event: "session-end", payload: { ...event } };
}

export function userClosedDelivery(event: UserClosedEvent): Delivery {
  return { event: "user-closed", payload: { ...event } };
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
