import type { UserWithIdentities } from "../../store/users.ts";
import { Failure } from "../output/failure.ts";
import type { Desk } from "./in-administration.ts";

/** Users that can be named in one command. */
const MOST = 200;

/**
 * The users that the operator names, each once, before anything is done to one of them.
 * @param names Hufu's ids (`u_…`) or the back end's own
 * @param closed may an account be closed?
 * @throws Failure for one that does not exist, or is closed where it may not be
 */
export async function namedUsers(
  { people }: Pick<Desk, "people">,
  names: readonly string[],
  closed: "refused" | "allowed" = "refused",
): Promise<readonly UserWithIdentities[]> {
  if (names.length > MOST) throw new Failure(`name at most ${MOST} users; there are ${names.length}`);
  const found = new Map<string, UserWithIdentities>();
  const unknown: string[] = [];
  for (const name of names) {
    const named = name === "" ? undefined : await people.users.find(name);
    if (named === undefined || (closed === "refused" && named.user.status === "closed")) unknown.push(`"${name}"`);
    else found.set(named.user.id, named);
  }
  if (unknown.length > 0) throw new Failure(`there is no user ${unknown.join(", ")}; nothing was changed`);
  return [...found.values()];
}

/** The one user that the operator names. @param closed as in {@link namedUsers} */
export async function namedUser(
  desk: Pick<Desk, "people">,
  name: string,
  closed: "refused" | "allowed" = "refused",
): Promise<UserWithIdentities> {
  const [found] = await namedUsers(desk, [name], closed);
  if (found === undefined) throw new Failure(`there is no user "${name}"`);
  return found;
}

/** How people call them: by your own id where there is one. */
export function nameOf({ user: { id, externalId } }: UserWithIdentities): string {
  return externalId === null ? id : `${id} (${externalId})`;
}
