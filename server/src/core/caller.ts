/** Who acts, and in which request: made once at the boundary (a request, a command), carried as one value. */
export interface Caller {
  /** `user`, `system`, or the `sub` of an administrator or client. */
  readonly by: string;
  /** Our own id of the request. */
  readonly requestId?: string | undefined;
  /** The caller's own `X-Request-Id`, as it came. */
  readonly theirRequestId?: string | undefined;
  /** Network address of the caller, where it is known. Stored with audit records, as a personal field that can be erased. */
  readonly address?: string | undefined;
  /** Why, in their own words. */
  readonly reason?: string | undefined;
}

/** The user, outside of any request. */
export const USER: Caller = Object.freeze({ by: "user" });

/** Hufu itself, outside of any request. */
export const SYSTEM: Caller = Object.freeze({ by: "system" });

/** The same request, done in another name. */
export function inNameOf(by: string, caller: Caller): Caller {
  return { ...caller, by };
}
