import { HUFU_PERMISSIONS, isUnknownHufuPermission } from "../access/hufu-permissions.ts";
import { LONGEST_PERMISSION, readPermission } from "../access/permission.ts";
import { nearestName } from "./nearest-name.ts";
import { checkedText } from "./values.ts";

const GRAMMAR = `must be a permission; write resource:action or resource:action:own, in [a-z0-9_.-] or *, at most ${LONGEST_PERMISSION} characters`;

/** What is wrong with a permission that is to be granted; `undefined` if nothing is. */
export function permissionMistake(written: unknown): string | undefined {
  if (typeof written !== "string") return GRAMMAR;
  const near = nearestName(written, HUFU_PERMISSIONS);
  if (readPermission(written) === undefined) return near === undefined ? GRAMMAR : unknown(near);
  if (isUnknownHufuPermission(written)) return unknown(near);
  // No product names a permission of its own so much like one of Hufu's.
  const isMisspelled = near !== undefined && !written.startsWith("hufu.");
  return isMisspelled ? unknown(near) : undefined;
}

/** A permission in a list of those that a role or a client has. */
export function grantedPermission() {
  return checkedText("resource:action or resource:action:reach.", permissionMistake);
}

function unknown(near: string | undefined): string {
  const guess = near === undefined ? `there are ${HUFU_PERMISSIONS.join(", ")}` : `did you mean "${near}"?`;
  return `Hufu has no such permission; ${guess}`;
}
