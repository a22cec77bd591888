import { compileGrants, type Grants } from "../../access/grants.ts";
import { permissionsOf } from "../../access/role-permissions.ts";
import { type Caller, inNameOf } from "../../core/caller.ts";
import { HufuError } from "../../core/errors/errors.ts";
import type { UserId } from "../../core/ids.ts";
import { auditRecord } from "../../store/audit-record.ts";
import { confirmSelf } from "../confirm-self.ts";
import type { SessionContext } from "../context.ts";

import type { Self } from "../self.ts";

/** Whose valid access token came with the request: a user's, or a back end's own. */
export type AdministratorToken = ({ readonly kind: "user" } & Self) | { readonly kind: "client"; readonly id: string };

/** An administrator who may do what is asked, by what the database says at this moment. */
export interface Administrator {
  /** The request, in the administrator's name. */
  readonly caller: Caller;
  readonly grants: Grants;
}

/** The permission that shows personal data unmasked. */
const PERSONAL = "hufu.personal:read";

/**
 * Asks the database for the session, the user and what its roles allow, for a back end its registration: a token outlives
 * a sign-out and a role that was taken away.
 * @throws HufuError `token_revoked`, `token_stale`, `token_expired`; `permission_denied`
 */
export async function confirmAdministrator(
  context: Pick<SessionContext, "store" | "policy" | "findClient">,
  token: AdministratorToken,
  permission: string,
  caller: Caller,
): Promise<Administrator> {
  const permissions = token.kind === "user" ? await permissionsOfUser(context, token) : ofClient(context, token.id);
  const grants = compileGrants(permissions);
  if (!grants.allows(permission)) throw new HufuError("permission_denied", { scope: permission });
  const by = token.kind === "user" ? token.userId : `client:${token.id}`;
  return { caller: inNameOf(by, caller), grants };
}

async function permissionsOfUser(
  { store, policy }: Pick<SessionContext, "store" | "policy">,
  self: Self,
): Promise<readonly string[]> {
  const facts = await confirmSelf(store, self);
  const { roles } = await policy.atLeast(facts.pol);
  return permissionsOf(facts.user.roles, roles);
}

function ofClient({ findClient }: Pick<SessionContext, "findClient">, id: string): readonly string[] {
  return findClient(id)?.permissions ?? [];
}

/**
 * An administrator can give a permission of Hufu's own only if they have it themselves. Otherwise `hufu.users:write`
 * alone would be enough to get every permission.
 * @throws HufuError `permission_denied` with the permission that the administrator lacks
 */
export function refuseBeyondOwn({ grants }: Administrator, permissions: readonly string[]): void {
  const beyond = permissions.find((permission) => permission.startsWith("hufu.") && !grants.allows(permission));
  if (beyond !== undefined) throw new HufuError("permission_denied", { scope: beyond });
}

/**
 * May this administrator see personal data of these users? If so, that is in the audit log before the data is answered.
 * @param subjects whose data it is; `undefined` for data that is no user's, such as the address of a back end
 */
export async function mayReadPersonal(
  { store }: Pick<SessionContext, "store">,
  { grants, caller }: Administrator,
  subjects: readonly (UserId | undefined)[],
): Promise<boolean> {
  if (!grants.allows(PERSONAL)) return false;
  const distinct = [...new Set(subjects)];
  const records = distinct.map((userId) =>
    auditRecord(caller, userId === undefined ? { action: "personal.read" } : { action: "personal.read", userId }),
  );
  if (records.length > 0) await store.audit.append(records);
  return true;
}
