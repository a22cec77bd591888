import type { Policy } from "./policy.ts";

/** Role names in one error text. */
const NAMED_MOST = 20;

/** The first of these roles that does not exist, as an error says it; `undefined` if all exist. */
export async function unknownRole(policy: Policy, roles: readonly string[]): Promise<string | undefined> {
  const isUnknown = (role: string): boolean => !policy.current().roles.has(role);
  // Another node may have made the role a moment ago.
  if (roles.some(isUnknown)) await policy.reload();
  const unknown = roles.find(isUnknown);
  if (unknown === undefined) return undefined;
  const known = [...policy.current().roles.keys()];
  const some = known.length === 0 ? "no role is defined" : `there are ${known.slice(0, NAMED_MOST).join(", ")}`;
  return `there is no role "${unknown}"; ${some}`;
}
