import { checkMembers, checkText, EXTERNAL_ID_MOST, mistaken } from "../../core/arguments.ts";
import { parseUserId, type UserId } from "../../core/ids.ts";
import type { UserSearch, UserStatus } from "../../store/directory.ts";
import { checkSessionId } from "../check-input.ts";
import type { UserQuery } from "./find-users.ts";
import { PAGE_MOST, type PageQuery } from "./page.ts";

const NAMES = ["id", "externalId", "openid", "unionid", "sid"] as const;
const PLATFORM_ID_MOST = 128;
const CURSOR_MOST = 512;
export const USER_STATUSES: readonly UserStatus[] = ["active", "banned", "closed"];

/** Exactly one name of a user. @throws TypeError that says what was given */
export function checkSearch(by: unknown): UserSearch {
  const given = checkMembers("by", by, NAMES);
  const [name, more] = NAMES.filter((one) => given[one] !== undefined);
  if (name === undefined || more !== undefined) throw mistaken("by", `exactly one of ${NAMES.join(", ")}`, by);
  const value = given[name];
  switch (name) {
    case "id":
      return { id: checkUserId(value) };
    case "sid":
      return { sid: checkSessionId("by.sid", value) };
    case "externalId":
      return { externalId: checkText("by.externalId", value, EXTERNAL_ID_MOST) };
    case "openid":
      return { openid: checkText("by.openid", value, PLATFORM_ID_MOST) };
    case "unionid":
      return { unionid: checkText("by.unionid", value, PLATFORM_ID_MOST) };
  }
}

function checkUserId(value: unknown): UserId {
  const id = typeof value === "string" ? parseUserId(value) : undefined;
  if (id === undefined) throw mistaken("by.id", "a user id (u_ and 22 characters)", value);
  return id;
}

/** @throws TypeError that names the member which is wrong */
export function checkPageQuery(name: string, query: unknown, members: readonly string[] = []): PageQuery {
  const { cursor, limit } = checkMembers(name, query, ["cursor", "limit", ...members]);
  if (limit !== undefined && !(Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= PAGE_MOST)) {
    throw mistaken(`${name}.limit`, `a whole number from 1 to ${PAGE_MOST}`, limit);
  }
  return {
    cursor: cursor === undefined ? undefined : checkText(`${name}.cursor`, cursor, CURSOR_MOST),
    limit: limit === undefined ? undefined : Number(limit),
  };
}

/** @throws TypeError that names the member which is wrong */
export function checkUserQuery(query: unknown): UserQuery {
  const { status } = checkMembers("query", query, ["cursor", "limit", "status"]);
  const known = USER_STATUSES.find((one) => one === status);
  if (status !== undefined && known === undefined) {
    throw mistaken("query.status", USER_STATUSES.join(", "), status);
  }
  return { ...checkPageQuery("query", query, ["status"]), status: known };
}
