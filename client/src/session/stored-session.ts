/** The signed-in user. */
export interface SessionUser {
  /** Hufu's own id, `u_…`. */
  readonly id: string;
  /** The back end's id of this user, if it gave one. */
  readonly externalId: string | null;
  readonly roles: readonly string[];
}

/** A sign-in that was sent and not answered. */
export interface PendingSignIn {
  readonly code: string;
  readonly attempt: string;
  /** Epoch ms by the device's clock. */
  readonly at: number;
  readonly phoneCode?: string | undefined;
  /** JSON. */
  readonly context?: string | undefined;
}

/** Everything that the client stores, as one value under one key, so that no part is ever older than another. */
export interface StoredSession {
  /** Made once; the server finds the device's old session by it. */
  readonly device: string;
  readonly access: string | null;
  /** When the access token ends, in epoch ms by the server's clock. */
  readonly until: number;
  /** The access token's whole life, in ms. */
  readonly life: number;
  readonly refresh: string | null;
  /** The `attempt_id` of the running refresh: a repeat with the same one gets the same answer. */
  readonly attempt: string | null;
  readonly user: SessionUser | null;
  /** Within a minute the same request gets the same answer. */
  readonly signIn: PendingSignIn | null;
  /** Why only the user can sign in again. */
  readonly ended: string | null;
  /** Milliseconds by which the server's clock was ahead of the device's. */
  readonly skew: number;
  /** A token whose session the user has left, and that the server does not know of yet. */
  readonly leaving: string | null;
}

/** Nothing but a device. */
export function emptySession(device: string): StoredSession {
  return {
    device,
    access: null,
    until: 0,
    life: 0,
    refresh: null,
    attempt: null,
    user: null,
    signIn: null,
    ended: null,
    skew: 0,
    leaving: null,
  };
}

/** A copy with some members changed. */
export function changed(stored: StoredSession, change: Partial<StoredSession>): StoredSession {
  return Object.assign({}, stored, change);
}

/** Reads what storage returned; `undefined` if the client did not write it. */
export function parseSession(text: string | undefined): StoredSession | undefined {
  try {
    const found: Partial<Record<keyof StoredSession, unknown>> | null = JSON.parse(text || "");
    const model = emptySession("");
    for (const name of Object.keys(model) as (keyof StoredSession)[]) {
      const member = found?.[name];
      const fits = model[name] === null ? /string|object/ : new RegExp(typeof model[name]);
      if (!fits.test(typeof member)) return;
    }
    return found as StoredSession;
  } catch (_) {
    return;
  }
}
