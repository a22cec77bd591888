import type { SessionId, UserId } from "../core/ids.ts";
import type { Session } from "./records.ts";
import type { ListedUser } from "./users.ts";

/** By what a user is looked for. An openid or a unionid may be known in several apps. */
export type UserSearch =
  | { readonly id: UserId }
  | { readonly externalId: string }
  | { readonly openid: string }
  | { readonly unionid: string }
  | { readonly sid: SessionId };

/** Where a page ended of a list that begins with the newest: the row's time and its id. */
export interface Place<Id extends string> {
  /** Epoch ms. */
  readonly at: number;
  readonly id: Id;
}

/** One page of a list. */
export interface PageOf<Id extends string> {
  /** Where the last page ended; `null`: the first page. */
  readonly after: Place<Id> | null;
  /** Most rows. */
  readonly limit: number;
}

/** `banned`: a ban is in force. `active`: neither banned nor closed. */
export type UserStatus = "active" | "banned" | "closed";

/** A session as a list shows it. */
export interface ListedSession {
  readonly session: Session;
  /** The highest policy version at which its app, or everybody, was reset; 0 if never. */
  readonly resetPol: number;
}

/** How much there is now. */
export interface Counts {
  readonly users: number;
  readonly closedUsers: number;
  readonly bannedUsers: number;
  /** Those that are neither ended nor expired. */
  readonly activeSessions: number;
}

/**
 * What administrators look for. Each call is one statement that reads by an index; lists are stable: who was on an earlier
 * page never comes again, and who is new comes before the first.
 */
export interface DirectoryStore {
  /** Those whom it fits, at most `limit`, in the order of their ids, with all identities. */
  search(by: UserSearch, limit: number): Promise<readonly ListedUser[]>;
  /** Newest first; with the status `banned` by the beginning of the ban. */
  users(filter: { readonly status?: UserStatus } & PageOf<UserId>): Promise<readonly ListedUser[]>;
  /** A user's sessions, newest first, ended ones among them. */
  sessions(userId: UserId, page: PageOf<SessionId>): Promise<readonly ListedSession[]>;
  /** Reads whole indexes. */
  counts(): Promise<Counts>;
}
