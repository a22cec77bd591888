import type { PolicySnapshot } from "../../store/policy.ts";

/** What must be done to one role. */
export interface RoleStep {
  readonly kind: "create" | "change" | "remove";
  readonly name: string;
  readonly adds: readonly string[];
  readonly drops: readonly string[];
  /** All that it allows then. */
  readonly permissions: readonly string[];
}

/** What leads from the stored roles to the wanted ones. */
export interface RolePlan {
  readonly steps: readonly RoleStep[];
  /** Stored roles that are not wanted, and stay. */
  readonly others: readonly string[];
}

/** Pure: new and changed roles first, then what is removed, so that no user lacks a permission in between. */
export function planRoles(
  { roles: stored }: Pick<PolicySnapshot, "roles">,
  wanted: ReadonlyMap<string, readonly string[]>,
  remove: boolean,
): RolePlan {
  const steps: RoleStep[] = [];
  for (const [name, list] of wanted) {
    const permissions = [...new Set(list)].toSorted();
    const before = stored.get(name);
    const adds = permissions.filter((one) => before?.includes(one) !== true);
    const drops = (before ?? []).filter((one) => !permissions.includes(one));
    if (before === undefined) steps.push({ kind: "create", name, adds, drops, permissions });
    else if (adds.length + drops.length > 0) steps.push({ kind: "change", name, adds, drops, permissions });
  }
  const others = [...stored.keys()].filter((name) => !wanted.has(name)).toSorted();
  if (!remove) return { steps, others };
  const gone = others.map(
    (name): RoleStep => ({ kind: "remove", name, adds: [], drops: stored.get(name) ?? [], permissions: [] }),
  );
  return { steps: [...steps, ...gone], others: [] };
}

/** A line for each role and each permission, as in a diff. */
export function planText({ steps, others }: RolePlan): string {
  const lines = steps.flatMap(({ kind, name, adds, drops }) => [
    `${kind} ${name}`,
    ...adds.map((permission) => `  + ${permission}`),
    ...drops.map((permission) => `  - ${permission}`),
  ]);
  const stay = others.length === 0 ? [] : [`not in the file, and stay: ${others.join(", ")} (--remove removes them)`];
  return [...lines, ...stay].map((line) => `${line}\n`).join("");
}
