/** Who is signed in. */
export interface SessionUser {
  /** Hufu's own id, `u_…`. */
  readonly id: string;
  /** The back end's id of this user, if it gave one. */
  readonly externalId: string | null;
  readonly roles: readonly string[];
}

/** What a sign-in asks with; both are worth nothing once it has been answered. */
export interface PendingSignIn {
  readonly code: string;
  readonly attempt: string;
  /** Epoch ms by the device's clock. */
  readonly at: number;
}

/** All that the client keeps, as one value under one key, so that no part is ever older than another. */
export interface KeptSession {
  /** Made once; by it the server knows the device's old session. */
  readonly device: string;
  readonly access: string | null;
  /** When the access token ends, in epoch ms by the server's clock. */
  readonly until: number;
  /** How long it lived when it was new, in ms. */
  readonly life: number;
  readonly refresh: string | null;
  /** Under which `refresh` is being presented: a repeat with the same word gets the same answer. */
  readonly attempt: string | null;
  readonly user: SessionUser | null;
  /** A sign-in whose answer has not come: within a minute the same question gets the same answer. */
  readonly signIn: PendingSignIn | null;
  /** Why only the user can sign in again. */
  readonly ended: string | null;
  /** Milliseconds by which the server's clock was ahead of the device's. */
  readonly skew: number;
  /** A refresh token whose session the user has left, and that the server has not heard of yet. */
  readonly leaving: string | null;
}

/** Nothing but a device. */
export function emptySession(device: string): KeptSession {
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

/** The same with some members changed. */
export function changed(kept: KeptSession, change: Partial<KeptSession>): KeptSession {
  return Object.assign({}, kept, change);
}

/** What a text of the storage says; `undefined` for rubbish. */
export function parseSession(text: string | undefined): KeptSession | undefined {
  try {
    const found: Partial<Record<keyof KeptSession, unknown>> | null = JSON.parse(text || "");
    const model = emptySession("");
    for (const name of Object.keys(model) as (keyof KeptSession)[]) {
      const member = found?.[name];
      const fits = model[name] === null ? /string|object/ : new RegExp(typeof model[name]);
      if (!fits.test(typeof member)) return undefined;
    }
    return found as KeptSession;
  } catch (_) {
    return undefined;
  }
}
