import { parseUserId } from "../../../core/ids.ts";
import type { IdentityKey } from "../../../store/records.ts";
import type { Store } from "../../../store/store.ts";
import type { UserWithIdentities } from "../../../store/users.ts";
import { Failure } from "../../output/failure.ts";
import { printableText } from "../../output/printable.ts";

/** Which identity the operator means. */
export interface NamedIdentity {
  readonly app?: string;
  readonly openid?: string;
}

/** A user by Hufu's id or your own. @throws Failure for one that does not exist or whose account was closed */
export async function openUser({ users }: Pick<Store, "users">, text: string): Promise<UserWithIdentities> {
  const own = parseUserId(text);
  const found = own === undefined ? await users.findByExternalId(text) : await users.find(own);
  if (found === undefined || found.user.status === "closed")
    throw new Failure(`there is no user "${printableText(text)}"`);
  return found;
}

/** The user's one identity in the app. @throws Failure if there is none or more than one; shows no openid */
export function findIdentity({ user, identities }: UserWithIdentities, { app, openid }: NamedIdentity): IdentityKey {
  const fitting = identities.filter((one) => one.app === app && (openid === undefined || one.openid === openid));
  const [only, ...more] = fitting;
  if (only === undefined) throw new Failure(`${user.id} has no such identity in ${printableText(app ?? "any app")}`);
  if (more.length > 0)
    throw new Failure(`${user.id} has ${fitting.length} identities in ${only.app}: say which by --openid`);
  return only;
}
