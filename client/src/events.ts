import type { SessionUser } from "./kept-session.ts";

/** What an app may want to hear of. */
export interface ClientEvents {
  /** Somebody has signed in, seen or unseen. */
  readonly signedIn: { readonly user: SessionUser | null };
  /** A session is over, and only `login()` makes another; `why` is the reason of docs/protocol.md §3.5. */
  readonly ended: { readonly why: string };
  /** There is a new access token. */
  readonly refreshed: object;
}

export interface Events {
  /** Answers how to stop listening. */
  on<Name extends keyof ClientEvents>(name: Name, listener: (event: ClientEvents[Name]) => void): () => void;
  emit<Name extends keyof ClientEvents>(name: Name, event: ClientEvents[Name]): void;
}

export function createEvents(report: (fault: unknown) => void): Events {
  const listeners: { readonly name: string; readonly call: (event: never) => void }[] = [];
  return {
    on(name, listener) {
      if (["signedIn", "ended", "refreshed"].indexOf(name) === -1) {
        throw new TypeError(`@hufu/client: there is no event "${name}"`);
      }
      const entry = { name, call: listener };
      listeners.push(entry);
      return () => {
        const at = listeners.indexOf(entry);
        if (at !== -1) listeners.splice(at, 1);
      };
    },
    emit(name, event) {
      for (const entry of listeners.slice()) {
        if (entry.name !== name) continue;
        // A listener that fails must not spoil a sign-in.
        try {
          entry.call(event as never);
        } catch (fault) {
          report(fault);
        }
      }
    },
  };
}
