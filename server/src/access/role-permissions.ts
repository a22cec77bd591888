import { createGenerationMap, type GenerationMap } from "../core/generation-map.ts";

/** What every role allows. The same map, unchanged, for as long as a policy snapshot lives. */
export type RoleTable = ReadonlyMap<string, readonly string[]>;

/** Most bytes of JSON that a token spends on permissions (docs/protocol.md §4). */
export const MOST_PERMISSION_BYTES = 4096;

const MOST_ROLE_SETS = 4096;
const tables = new WeakMap<RoleTable, Unions>();
const serialised = new WeakMap<readonly string[], string>();

interface Unions {
  /** By the roles as a token or row lists them. */
  readonly byList: GenerationMap<string, readonly string[]>;
  /** By content, so that role sets that allow the same share one list too. */
  readonly byContent: GenerationMap<string, readonly string[]>;
}

/**
 * What these roles allow together: sorted, distinct, frozen. A role that the table does not know gives nothing.
 * Memoised per table and role set: a million users with few role sets share few lists, and their JSON.
 */
export function permissionsOf(roles: readonly string[], table: RoleTable): readonly string[] {
  let unions = tables.get(table);
  if (unions === undefined) {
    unions = { byList: createGenerationMap(MOST_ROLE_SETS), byContent: createGenerationMap(MOST_ROLE_SETS) };
    tables.set(table, unions);
  }
  const key = JSON.stringify(roles);
  const known = unions.byList.get(key);
  if (known !== undefined) return known;

  const union = [...new Set(roles.flatMap((role) => table.get(role) ?? []))].sort();
  const json = JSON.stringify(union);
  let shared = unions.byContent.get(json);
  if (shared === undefined) {
    shared = Object.freeze(union);
    serialised.set(shared, json);
    unions.byContent.set(json, shared);
  }
  unions.byList.set(key, shared);
  return shared;
}

/** The JSON of a list of permissions, made once per list object. Lists are never changed in place. */
export function permissionsJson(permissions: readonly string[]): string {
  const known = serialised.get(permissions);
  if (known !== undefined) return known;
  const json = JSON.stringify(permissions);
  serialised.set(permissions, json);
  return json;
}

/** May a token carry this list, or only the roles? */
export function fitsInToken(permissions: readonly string[]): boolean {
  return Buffer.byteLength(permissionsJson(permissions)) <= MOST_PERMISSION_BYTES;
}
