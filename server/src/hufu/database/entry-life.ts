import type { Store } from "../../store/store.ts";

/** What an access token may outlive its end by: leeway and stalls (docs/design.md §6), in milliseconds. */
const STALL_MS = 120_000;

/** For how long an outbox entry concerns a token, where access tokens live for `accessMs`. */
export function entryLifeOf(accessMs: number): number {
  return accessMs + STALL_MS;
}

/** The longest access life that any configuration of this database has had, in milliseconds. */
export function longestAccessOf({ entryLifeMs }: Pick<Store, "entryLifeMs">): number {
  return entryLifeMs - STALL_MS;
}
