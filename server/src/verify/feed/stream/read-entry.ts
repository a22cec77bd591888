import { parsePermission } from "../../../access/permission.ts";
import { END_WHYS, type EndWhy } from "../../../core/errors/reasons.ts";
import { parseSessionId, parseUserId } from "../../../core/ids.ts";
import type { Revocation } from "../../../core/revocation.ts";
import { type JsonObject, parseStrictObject } from "../../../token/jws/strict-json.ts";
import type { ListedRevocation } from "../../revocation-list/revocation-list.ts";
import { FeedFault } from "../feed-fault.ts";

const WHY = /^[a-z0-9_]{1,64}$/;
const LONGEST_NAME = 256;
/** Seconds up to the year 2106; more is a slip of milliseconds. */
const LAST_SECOND = 0xffff_ffff;

/** What each kind of entry has, beside `until` and the member that it is named by. Nothing may be missing or too much. */
const MEMBERS = {
  sid: ["why"],
  sub: ["ver", "why"],
  role: ["pol", "permissions"],
  jti: ["why"],
  kid: ["why"],
  all: ["pol", "why"],
  client_id: ["pol", "why"],
} as const;
type Kind = keyof typeof MEMBERS;
const KINDS = Object.keys(MEMBERS) as readonly Kind[];

/**
 * The data of a `revoke` event → what is no longer true. An entry of another kind, with a member too few or too many, or
 * with a value that is not one of those known, might mean anything; so it is never taken for less.
 * @throws FeedFault `not_understood`
 */
export function readEntry(data: string): ListedRevocation {
  const entry = parseStrictObject(Buffer.from(data));
  if (entry === undefined) throw notUnderstood("an entry that is no JSON object");
  const kind = KINDS.find((name) => Object.hasOwn(entry, name));
  if (kind === undefined) throw notUnderstood("an entry of an unknown kind");
  const members = MEMBERS[kind];
  if (Object.keys(entry).length !== members.length + 2 || !members.every((name) => Object.hasOwn(entry, name))) {
    throw notUnderstood(`an entry for a ${kind} with a member too few or too many`);
  }
  const { until } = entry;
  if (!isWhole(until) || until > LAST_SECOND) throw wrong(kind, "until");
  return { revocation: readRevocation(kind, entry), until: until * 1000 };
}

function readRevocation(kind: Kind, entry: JsonObject): Revocation {
  switch (kind) {
    case "sid":
      return { sid: must(parseSessionId(text(kind, entry, "sid")), kind, "sid"), why: endWhy(entry) };
    case "sub": {
      const sub = must(parseUserId(text(kind, entry, "sub")), kind, "sub");
      return { sub, ver: whole(kind, entry, "ver"), why: why(kind, entry) };
    }
    case "role":
      return { role: text(kind, entry, "role"), pol: whole(kind, entry, "pol"), permissions: permissionsOf(entry) };
    case "jti":
      return { jti: text(kind, entry, "jti"), why: why(kind, entry) };
    case "kid":
      return { kid: text(kind, entry, "kid"), why: why(kind, entry) };
    case "client_id":
      return { client_id: text(kind, entry, "client_id"), pol: whole(kind, entry, "pol"), why: why(kind, entry) };
    case "all":
      if (entry["all"] !== true) throw wrong(kind, "all");
      return { all: true, pol: whole(kind, entry, "pol"), why: why(kind, entry) };
  }
}

function text(kind: Kind, entry: JsonObject, name: string): string {
  const value = entry[name];
  if (typeof value !== "string" || value === "" || value.length > LONGEST_NAME) throw wrong(kind, name);
  return value;
}

function whole(kind: Kind, entry: JsonObject, name: string): number {
  const value = entry[name];
  if (!isWhole(value)) throw wrong(kind, name);
  return value;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function why(kind: Kind, entry: JsonObject): string {
  const word = entry["why"];
  if (typeof word !== "string" || !WHY.test(word)) throw wrong(kind, "why");
  return word;
}

function endWhy(entry: JsonObject): EndWhy {
  const word = entry["why"];
  return must(
    END_WHYS.find((known) => known === word),
    "sid",
    "why",
  );
}

function permissionsOf(entry: JsonObject): readonly string[] {
  const list = entry["permissions"];
  if (!Array.isArray(list)) throw wrong("role", "permissions");
  return list.map((permission: unknown) => {
    if (typeof permission !== "string") throw wrong("role", "permissions");
    try {
      parsePermission(permission);
    } catch {
      throw wrong("role", "permissions");
    }
    return permission;
  });
}

function must<Value>(value: Value | undefined, kind: Kind, name: string): Value {
  if (value === undefined) throw wrong(kind, name);
  return value;
}

function wrong(kind: Kind, name: string): FeedFault {
  return notUnderstood(`an entry for a ${kind} with an unknown kind of ${name}`);
}

function notUnderstood(message: string): FeedFault {
  return new FeedFault("not_understood", message);
}
