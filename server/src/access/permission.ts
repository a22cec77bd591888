/** How far a permission goes: only to the caller's own things, or to those of all users. */
export type Reach = "own" | "all";

/** A permission, taken apart. */
export interface Permission {
  /** As it was written. */
  readonly text: string;
  readonly resource: string;
  readonly action: string;
  /** `all` where none was written. */
  readonly reach: Reach;
}

/** Longest permission, in characters. */
export const LONGEST_PERMISSION = 128;

const SHAPE = /^([a-z0-9_.-]+|\*):([a-z0-9_.-]+|\*)(?::(own|all))?$/;
const SHOWN = 60;

/**
 * `resource:action` or `resource:action:reach`, as docs/protocol.md §11 has it.
 * @throws TypeError that names the text, if it is none
 */
export function parsePermission(text: string): Permission {
  const permission = readPermission(text);
  if (permission === undefined) {
    const shown = typeof text === "string" ? JSON.stringify(shorten(text)) : `of type ${typeof text}`;
    throw new TypeError(
      `${shown} is not a permission; write resource:action or resource:action:own, in [a-z0-9_.-] or *, at most ${LONGEST_PERMISSION} characters`,
    );
  }
  return permission;
}

/** Like `parsePermission`, with `undefined` for what is none: for lists that come in tokens. */
export function readPermission(text: string): Permission | undefined {
  if (typeof text !== "string" || text.length > LONGEST_PERMISSION) return undefined;
  const match = SHAPE.exec(text);
  const resource = match?.[1];
  const action = match?.[2];
  if (resource === undefined || action === undefined) return undefined;
  return Object.freeze({ text, resource, action, reach: match?.[3] === "own" ? "own" : "all" });
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
