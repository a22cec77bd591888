import { HufuError } from "../../core/errors/errors.ts";
import type { UserWithIdentities } from "../../store/users.ts";
import { Failure } from "../output/failure.ts";
import type { Desk } from "./in-administration.ts";
import { namedUser } from "./named-users.ts";

/** Another administrator may change a user between our read and our write; more often than this is no accident. */
const TRIES_MOST = 4;

/** A user whose roles were changed. */
export interface ChangedRoles {
  readonly named: UserWithIdentities;
  readonly before: readonly string[];
  /** The same as `before` where there was nothing to change. */
  readonly roles: readonly string[];
}

/**
 * Gives a user the roles that `change` makes of those that it has. If another administrator changes the user between
 * the two, reads them again: no change of two administrators at once is lost.
 * @throws Failure for a user that does not exist, or that others keep changing
 */
export async function changeRolesOf(
  { people, by }: Pick<Desk, "people" | "by">,
  name: string,
  change: (before: readonly string[]) => readonly string[],
): Promise<ChangedRoles> {
  for (let tries = 1; ; tries += 1) {
    const named = await namedUser({ people }, name);
    const { id, roles: before, ver } = named.user;
    const after = change(before);
    if (after.join("\n") === before.join("\n")) return { named, before, roles: before };
    try {
      const { roles } = await people.users.setRoles(id, after, by, { ver });
      return { named, before, roles };
    } catch (error) {
      if (!(error instanceof HufuError && error.reason === "precondition_failed")) throw error;
      if (tries === TRIES_MOST)
        throw new Failure("others are changing this user at the same time; nothing was changed");
    }
  }
}
