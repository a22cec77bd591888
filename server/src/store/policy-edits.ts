import type { PolicyEdit, PolicySnapshot } from "./policy.ts";

/** The edits that bring the stored roles in line with the configured ones. */
export function editsTowards(
  stored: PolicySnapshot,
  configured: ReadonlyMap<string, readonly string[]>,
  how: "replace" | "add",
): readonly PolicyEdit[] {
  const edits: PolicyEdit[] = [];
  for (const [name, permissions] of configured) {
    const known = stored.roles.get(name);
    if (known === undefined || (how === "replace" && !sameSet(known, permissions))) {
      edits.push({ kind: "role", name, permissions });
    }
  }
  if (how === "replace") {
    for (const name of stored.roles.keys()) if (!configured.has(name)) edits.push({ kind: "remove", name });
  }
  return edits;
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const left = new Set(one);
  const right = new Set(other);
  return left.size === right.size && [...left].every((word) => right.has(word));
}
