import { checkRoleSizes } from "../../access/role-size.ts";
import { mistaken } from "../../core/arguments.ts";
import type { Caller } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import { permissionMistake } from "../../options/permission.ts";
import { auditRecord } from "../../store/audit-record.ts";
import type { PolicyEdit, PolicySnapshot } from "../../store/policy.ts";
import type { AdministrationContext } from "../context.ts";
import { isRoleName } from "../role-name.ts";

/** Sees all roles as they are, under the lock; may throw and then nothing has changed. */
export type JudgeRoles = (before: PolicySnapshot["roles"]) => void;

/**
 * Says what a role allows from now on.
 * @throws TypeError for a name or permission that is not of the grammar, or too many permissions
 * @throws HufuError `conflict` where the configuration owns roles
 */
export async function setRole(
  context: AdministrationContext,
  name: string,
  permissions: readonly string[],
  caller: Caller,
  judge?: JudgeRoles,
): Promise<number> {
  checkRole(name, permissions);
  refuseForeignRoles(context);
  const change: PolicyEdit = { kind: "role", name, permissions: [...new Set(permissions)].toSorted() };
  return edit(context, change, caller, { role: name, permissions: permissions.join(" ") }, ({ roles }) => {
    judge?.(roles);
    checkRoleSizes(new Map([...roles, [name, permissions]]));
  });
}

/**
 * Removes a role; a user who still has it keeps nothing of it.
 * @throws HufuError `not_found`; `conflict` where the configuration owns roles
 */
export async function removeRole(
  context: AdministrationContext,
  name: string,
  caller: Caller,
  judge?: JudgeRoles,
): Promise<number> {
  checkRole(name, []);
  refuseForeignRoles(context);
  return edit(context, { kind: "remove", name }, caller, { role: name }, ({ roles }) => {
    if (!roles.has(name)) throw new HufuError("not_found", { detail: `there is no role "${name}"` });
    judge?.(roles);
  });
}

/** @throws TypeError that names the role or permission which is not of the grammar */
function checkRole(name: string, permissions: readonly string[]): void {
  if (!isRoleName(name)) throw mistaken("roles", "a name of 1–64 letters, digits and _ . : -", name);
  if (!Array.isArray(permissions)) throw mistaken(`roles.${name}`, "a list of permissions", permissions);
  for (const [at, permission] of permissions.entries()) {
    const mistake = permissionMistake(permission);
    if (mistake !== undefined) throw new TypeError(`roles: "${name}": permissions[${at}]: ${mistake}`);
  }
}

function refuseForeignRoles(context: AdministrationContext): void {
  if (context.settings.rolesFrom !== "hufu") {
    throw new HufuError("conflict", { detail: `roles are owned by the ${context.settings.rolesFrom}` });
  }
}

async function edit(
  context: AdministrationContext,
  change: PolicyEdit,
  caller: Caller,
  detail: Readonly<Record<string, string>>,
  judge: (before: PolicySnapshot) => void,
): Promise<number> {
  const action = change.kind === "role" ? "role.set" : "role.remove";
  const audit = [auditRecord(caller, { action, detail })];
  const { pol } = await context.store.policy.edit(change, { audit }, judge);
  // A role's new set says that all earlier ones have been seen, so it is read in its place.
  context.tellNodes();
  await context.readOutbox().catch((cause) => context.log.warn({ err: cause }, "a changed role is read later"));
  await context.policy.atLeast(pol);
  return pol;
}
