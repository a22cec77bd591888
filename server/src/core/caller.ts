/** Who asked and in which request, for the audit log. */
export interface Caller {
  /** `user`, `system`, or the `sub` of an administrator or client. */
  readonly by: string;
  readonly requestId?: string;
  /** Why, in their own words. */
  readonly reason?: string;
}
