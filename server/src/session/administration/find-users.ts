import { parseUserId } from "../../core/ids.ts";
import type { UserStatus } from "../../store/directory.ts";
import type { Store } from "../../store/store.ts";
import type { ListedUser } from "../../store/users.ts";
import { banInForce } from "../liveness.ts";
import { checkLimit, formatPlace, type Page, type PageQuery, pageOf, parsePlace } from "./page.ts";

/** Which users, and which part of the list. */
export interface UserQuery extends PageQuery {
  /** Default: everybody. */
  readonly status?: UserStatus | undefined;
}

/** Newest first; with the status `banned` by the beginning of the ban. @throws HufuError `parameter_invalid` */
export async function listUsers(
  { directory }: Pick<Store, "directory">,
  { status, cursor, limit: asked }: UserQuery,
): Promise<Page<ListedUser>> {
  const limit = checkLimit(asked);
  const after = parsePlace(cursor, parseUserId);
  const read = await directory.users({ ...(status === undefined ? {} : { status }), after, limit: limit + 1 });
  return pageOf(read, limit, ({ user, bannedSince }) =>
    formatPlace({ at: status === "banned" ? (bannedSince ?? 0) : user.createdAt, id: user.id }),
  );
}

/** What a user is at this moment. */
export function statusOfUser({ user }: Pick<ListedUser, "user">, now: number): UserStatus {
  if (user.status === "closed") return "closed";
  return banInForce(user.ban, now) === undefined ? "active" : "banned";
}
