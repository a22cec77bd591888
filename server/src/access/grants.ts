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
  const grants = new IndexedGrants(permissions);
  interned.set(key, grants);
  return grants;
}

type ByAction = Map<string, Reach>;

/** A class, so that a check is the same function for all lists, and the engine can put it where it is called. */
class IndexedGrants implements Grants {
  readonly permissions: readonly string[];
  readonly #byResource = new Map<string, ByAction>();
  readonly #anyResource: ByAction | undefined;
  readonly #answers: Map<string, boolean>;
  readonly #answersMost: number;

  constructor(permissions: readonly string[]) {
    this.permissions = Object.isFrozen(permissions) ? permissions : Object.freeze([...permissions]);
    const named = permissions.flatMap((text) => readPermission(text) ?? []);
    for (const permission of named) {
      let actions = this.#byResource.get(permission.resource);
      if (actions === undefined) {
        actions = new Map();
        this.#byResource.set(permission.resource, actions);
      }
      if (actions.get(permission.action) !== "all") actions.set(permission.action, permission.reach);
    }
    this.#anyResource = this.#byResource.get("*");
    // What is granted by name is what handlers ask for most: it is answered from the start.
    this.#answers = new Map(named.map((permission) => [permission.text, this.covers(permission)]));
    this.#answersMost = this.#answers.size + MOST_ANSWERS;
    Object.freeze(this);
  }

  reach(resource: string, action: string): Reach | undefined {
    const actions = this.#byResource.get(resource);
    if (resource.startsWith(OWN_RESOURCES)) return action === "*" ? undefined : actions?.get(action);
    let widest = actions?.get(action);
    if (widest !== "all") widest = actions?.get("*") ?? widest;
    if (widest === "all" || this.#anyResource === undefined) return widest;
    const anywhere = this.#anyResource.get(action);
    if (anywhere === "all") return anywhere;
    return this.#anyResource.get("*") ?? anywhere ?? widest;
  }

  covers(requirement: Requirement): boolean {
    const granted = this.reach(requirement.resource, requirement.action);
    return granted === "all" || (granted === "own" && requirement.reach === "own");
  }

  allows(permission: string): boolean {
    return this.#answers.get(permission) ?? this.#firstAnswer(permission);
  }

  #firstAnswer(permission: string): boolean {
    const answer = this.covers(compileRequirement(permission));
    if (this.#answers.size < this.#answersMost) this.#answers.set(permission, answer);
    return answer;
  }
}
