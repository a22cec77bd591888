import { createGenerationMap } from "../core/generation-map.ts";
import { type Reach, readPermission } from "./permission.ts";
import { compileRequirement, type Requirement } from "./requirement.ts";

/** What a caller may do, ready for checks that cost the same for five permissions and for five hundred. */
export interface Grants {
  /** What was compiled: frozen, and one object for all equal lists. */
  readonly permissions: readonly string[];
  /** How far the caller may go; `undefined` = not at all. */
  reach(resource: string, action: string): Reach | undefined;
  /** `all` covers both reaches, `own` only itself. */
  covers(requirement: Requirement): boolean;
  /**
   * The same for a requirement as text, remembered, so that asking again costs one look-up.
   * @throws TypeError that names the text, if it is no permission
   */
  allows(permission: string): boolean;
}

/** A wildcard never covers a resource that begins with this: Hufu's own permissions are granted by name or not at all. */
const OWN_RESOURCES = "hufu.";
const MOST_REMEMBERED = 2048;
/** Answers remembered per list beside what it grants by name. Those beyond cost two look-ups more. */
const MOST_ANSWERS = 512;
const interned = createGenerationMap<string, Grants>(MOST_REMEMBERED);

/**
 * Compiles a list of permissions, once per distinct list: equal lists share one object.
 * What is no permission grants nothing; it is not refused, because a token may come from a newer server.
 */
export function compileGrants(permissions: readonly string[]): Grants {
  // A join could merge two different lists into one key. JSON keeps them apart, with any characters in them.
  const key = JSON.stringify(permissions);
  const known = interned.get(key);
  if (known !== undefined) return known;
  const grants = indexGrants(permissions);
  interned.set(key, grants);
  return grants;
}

type ByAction = Map<string, Reach>;

function indexGrants(permissions: readonly string[]): Grants {
  const named = permissions.flatMap((text) => readPermission(text) ?? []);
  const byResource = new Map<string, ByAction>();
  for (const permission of named) {
    let actions = byResource.get(permission.resource);
    if (actions === undefined) {
      actions = new Map();
      byResource.set(permission.resource, actions);
    }
    if (actions.get(permission.action) !== "all") actions.set(permission.action, permission.reach);
  }
  const anyResource = byResource.get("*");

  function reach(resource: string, action: string): Reach | undefined {
    const actions = byResource.get(resource);
    if (resource.startsWith(OWN_RESOURCES)) return action === "*" ? undefined : actions?.get(action);
    let widest = actions?.get(action);
    if (widest !== "all") widest = actions?.get("*") ?? widest;
    if (widest === "all" || anyResource === undefined) return widest;
    const anywhere = anyResource.get(action);
    if (anywhere === "all") return anywhere;
    return anyResource.get("*") ?? anywhere ?? widest;
  }

  function covers(requirement: Requirement): boolean {
    const granted = reach(requirement.resource, requirement.action);
    return granted === "all" || (granted === "own" && requirement.reach === "own");
  }

  // What is granted by name is what handlers ask for most: it is answered from the start.
  const answers = new Map(named.map((permission) => [permission.text, covers(permission)]));
  const most = answers.size + MOST_ANSWERS;

  return Object.freeze({
    permissions: Object.isFrozen(permissions) ? permissions : Object.freeze([...permissions]),
    reach,
    covers,
    allows(permission: string): boolean {
      const known = answers.get(permission);
      if (known !== undefined) return known;
      const answer = covers(compileRequirement(permission));
      if (answers.size < most) answers.set(permission, answer);
      return answer;
    },
  });
}
