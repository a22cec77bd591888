import { createListeners } from "./calls/listeners.ts";
import type { HufuClientError } from "./failure.ts";
import type { SessionUser } from "./session/stored-session.ts";

/** The events of a client. */
export interface ClientEvents {
  /** A user has signed in, silently or by `login()`. */
  readonly signedIn: { readonly user: SessionUser | null };
  /** A sign-in failed, silently or by `login()`. */
  readonly signInFailed: { readonly error: HufuClientError };
  /** The session is over, and only `login()` makes another; `why` is the reason of docs/protocol.md §3.5. */
  readonly ended: { readonly why: string };
  /** There is a new access token. */
  readonly refreshed: object;
  /** The platform's storage does not keep the session: the user may have to sign in again at the next start. */
  readonly storageBroken: object;
}

const NAMES = ["signedIn", "signInFailed", "ended", "refreshed", "storageBroken"];

export interface Events {
  /** Returns how to stop listening. @throws TypeError for an unknown event */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void;
  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void;
}

export function createEvents(report: (line: string) => void): Events {
  const listeners = createListeners(report);
  return {
    on(name, listener) {
      if (NAMES.indexOf(name) === -1) throw new TypeError(`@hufu/client: there is no event "${name}"`);
      return listeners.add(name, listener);
    },
    emit: listeners.emit,
  };
}
