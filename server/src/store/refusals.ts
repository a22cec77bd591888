import type { SessionId, UserId } from "../core/ids.ts";

/** What one of Hufu's own endpoints refused. Holds no token, no code, no openid and no address. */
export interface Refusal {
  /** Hufu's own id of the request, as its answer named it. */
  readonly requestId: string;
  /** Epoch ms, by the clock of the node that refused. */
  readonly at: number;
  /** Which node. */
  readonly node: string;
  /** Path of the endpoint as docs/protocol.md writes it, such as `/me/sessions/{sid}`. */
  readonly endpoint: string;
  readonly status: number;
  readonly reason: string;
  readonly why: string | null;
  /** Whose the credential was, as far as that is known. */
  readonly userId: UserId | null;
  readonly sid: SessionId | null;
}

/** Refusals of the last days, so that an operator can say why a user was signed out. */
export interface RefusalStore {
  /** In one statement. Ids are random: none comes twice. */
  append(refusals: readonly Refusal[]): Promise<void>;
  find(requestId: string): Promise<Refusal | undefined>;
  /** Deletes those that are older, the oldest first, at most `limit`; fewer means that none is left. */
  forget(keptMs: number, limit: number): Promise<number>;
}
