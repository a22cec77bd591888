import { HufuError } from "../../core/errors/errors.ts";
import type { PolicySnapshot } from "../../store/policy.ts";
import type { SessionContext } from "../context.ts";
import { removeRole, setRole } from "./administer-roles.ts";
import { type Administrator, refuseBeyondOwn } from "./administrator.ts";
import type { Expectation } from "./change-user-roles.ts";

type Roles = PolicySnapshot["roles"];

/**
 * Says what a role allows if all roles are still as expected, and answers what they are then.
 * @param expects `undefined`: any roles; called under the lock
 * @throws HufuError `conflict` where Hufu does not own roles, `parameter_invalid`, `permission_denied` for a permission of
 * Hufu's own that the role did not have and the administrator does not have, `precondition_failed`
 */
export async function changeRole(
  context: SessionContext,
  administrator: Administrator,
  name: string,
  permissions: readonly string[],
  expects: Expectation<Roles> | undefined,
): Promise<Roles> {
  let after: Roles = new Map();
  const judge = (before: Roles): void => {
    refuseOutdated(before, expects);
    const had = before.get(name) ?? [];
    refuseBeyondOwn(
      administrator,
      permissions.filter((permission) => !had.includes(permission)),
    );
    after = new Map([...before, [name, [...new Set(permissions)].toSorted()]]);
  };
  try {
    await setRole(context, name, permissions, administrator.caller, judge);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new HufuError("parameter_invalid", { parameter: "permissions", detail: cause.message });
  }
  return after;
}

/** Removes a role likewise. @throws HufuError `not_found` too */
export async function dropRole(
  context: SessionContext,
  { caller }: Administrator,
  name: string,
  expects: Expectation<Roles> | undefined,
): Promise<void> {
  await removeRole(context, name, caller, (before) => refuseOutdated(before, expects));
}

function refuseOutdated(before: Roles, expects: Expectation<Roles> | undefined): void {
  if (expects !== undefined && !expects(before)) throw new HufuError("precondition_failed");
}
