import { HufuError } from "../../core/errors/errors.ts";
import type { UserId } from "../../core/ids.ts";
import type { User } from "../../store/records.ts";
import type { SessionContext } from "../context.ts";
import { unknownRole } from "../unknown-role.ts";
import { noSuchUser, setUserRoles } from "./administer-users.ts";
import { type Administrator, refuseBeyondOwn } from "./administrator.ts";

/** Another administrator may change a user between our read and our write; more often than this is no accident. */
const TRIES_MOST = 4;

/** Is this version of a thing the one that the caller has seen? */
export type Expectation<Version> = (current: Version) => boolean;

/**
 * Gives a user exactly these roles if its `ver` is still as expected.
 * @param expects `undefined`: any version
 * @throws HufuError `conflict` where the host owns roles, `not_found`, `parameter_invalid` for a role that does not exist,
 * `permission_denied` for one that gives more of Hufu's own permissions than the administrator has, `precondition_failed`
 */
export async function changeUserRoles(
  context: SessionContext,
  administrator: Administrator,
  userId: UserId,
  roles: readonly string[],
  expects: Expectation<number> | undefined,
): Promise<User> {
  if (context.settings.rolesFrom === "host") throw new HufuError("conflict", { detail: "roles are owned by the host" });
  const unknown = await unknownRole(context.policy, roles);
  if (unknown !== undefined) throw new HufuError("parameter_invalid", { parameter: "roles", detail: unknown });
  for (let tries = 1; ; tries += 1) {
    const before = (await context.store.users.find(userId))?.user;
    if (before === undefined || before.status === "closed") throw noSuchUser();
    if (expects !== undefined && !expects(before.ver)) throw new HufuError("precondition_failed");
    await refuseGiving(context, administrator, roles, before.roles);
    try {
      return await setUserRoles(context, userId, roles, administrator.caller, before.ver);
    } catch (error) {
      const isRace = error instanceof HufuError && error.reason === "precondition_failed";
      if (!isRace || expects !== undefined || tries === TRIES_MOST) throw error;
    }
  }
}

/** What the user has already is not given. */
async function refuseGiving(
  { policy }: SessionContext,
  administrator: Administrator,
  roles: readonly string[],
  had: readonly string[],
): Promise<void> {
  const { roles: table } = await policy.reload();
  const given = roles.filter((role) => !had.includes(role));
  refuseBeyondOwn(
    administrator,
    given.flatMap((role) => table.get(role) ?? []),
  );
}
