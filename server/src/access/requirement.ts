import { createGenerationMap } from "../core/generation-map.ts";
import { type Permission, parsePermission } from "./permission.ts";

/** What a guard asks for. Written like a permission; no reach means `all` here too. */
export type Requirement = Permission;

const MOST_REMEMBERED = 2048;
const compiled = createGenerationMap<string, Requirement>(MOST_REMEMBERED);

/**
 * `"order:read:own"` → what a check needs; the same object for the same text, so that handlers may pass text each time.
 * @throws TypeError that names the text, if it is no permission
 */
export function compileRequirement(text: string): Requirement {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const requirement = parsePermission(text);
  compiled.set(text, requirement);
  return requirement;
}
