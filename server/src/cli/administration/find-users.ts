import { parseSessionId, parseUserId } from "../../core/ids.ts";
import { type ExplainedRequest, explainRequest } from "../../session/administration/explain-request.ts";
import { phoneHashes } from "../../session/phone-at-rest.ts";
import type { UserSearch } from "../../store/directory.ts";
import type { ListedUser } from "../../store/users.ts";
import { Failure } from "../output/failure.ts";
import type { Desk } from "./in-administration.ts";

/** By what a user can be found. */
export const KINDS = ["id", "external-id", "openid", "unionid", "session", "phone", "request-id"] as const;
const REQUEST_ID = /^[A-Za-z0-9_-]{1,64}$/;
export type Kind = (typeof KINDS)[number];

/** Those whom an id fits, and the request that it names. */
export interface FoundUsers {
  readonly users: readonly ListedUser[];
  readonly request: ExplainedRequest | undefined;
}

/** Finds by one kind of id, or by every kind that the text may be; each is one indexed read. */
export async function findUsers(
  desk: Pick<Desk, "people" | "store" | "secrets">,
  what: string,
  by: Kind | undefined,
  now: number,
): Promise<FoundUsers> {
  const found = new Map<string, ListedUser>();
  let request: ExplainedRequest | undefined;
  for (const kind of by === undefined ? kindsOf(what) : [by]) {
    if (kind === "request-id") {
      const explained = await explainRequest(desk.store, what, now);
      if (explained.refusal !== undefined) request = explained;
      if (explained.user !== undefined) found.set(explained.user.user.id, explained.user);
      continue;
    }
    const search = kind === "phone" ? await searchByPhone(desk, what) : searchFor(kind, what);
    const users = search === undefined ? [] : await desk.people.users.search(search);
    for (const listed of users) found.set(listed.user.id, listed);
  }
  return { users: [...found.values()], request };
}

function kindsOf(what: string): readonly Kind[] {
  if (parseUserId(what) !== undefined) return ["id"];
  if (parseSessionId(what) !== undefined) return ["session"];
  const phone = e164(what) === undefined ? [] : (["phone"] as const);
  return ["external-id", "openid", "unionid", ...phone, ...(REQUEST_ID.test(what) ? (["request-id"] as const) : [])];
}

/** `+8613800138000`; a number of mainland China may come without its country. */
function e164(text: string): string | undefined {
  const number = text.replace(/[\s-]/g, "");
  if (/^1[3-9]\d{9}$/.test(number)) return `+86${number}`;
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : undefined;
}

async function searchByPhone({ store, secrets }: Pick<Desk, "store" | "secrets">, what: string) {
  const number = e164(what) ?? refuse("that is no phone number; write it with its country, as in +8613800138000");
  const id = await store.phones.findOwner(phoneHashes(secrets, number));
  return id === undefined ? undefined : { id };
}

function searchFor(kind: Exclude<Kind, "phone" | "request-id">, what: string): UserSearch {
  switch (kind) {
    case "id":
      return { id: parseUserId(what) ?? refuse(`"${what}" is no id of Hufu's; one begins with u_`) };
    case "session":
      return { sid: parseSessionId(what) ?? refuse(`"${what}" is no session id; one begins with s_`) };
    case "external-id":
      return { externalId: what };
    case "openid":
      return { openid: what };
    case "unionid":
      return { unionid: what };
  }
}

function refuse(what: string): never {
  throw new Failure(what);
}
