import type { SessionId, UserId } from "../core/ids.ts";

/** The caller of the user's own pages, as its access token names it. */
export interface Self {
  readonly userId: UserId;
  readonly sid: SessionId;
  readonly ver: number;
  readonly pol: number;
}
