import type { UndoRefusal } from "../../../identity-moves.ts";
import type { IdentityKey, User } from "../../../records.ts";
import type { LinkedIdentity } from "../../../users.ts";
import { isSame } from "./plan-move.ts";

/** What a move changed, as it was noted. */
export interface NotedMove {
  readonly identities: readonly IdentityKey[];
  readonly unions: readonly { readonly scope: string; readonly id: string }[];
  /** The host's id that went along. */
  readonly externalId: string | null;
}

/** The two users by now, and what belongs to the one that took. */
export interface SinceThen {
  readonly gave: User | undefined;
  readonly took: User | undefined;
  readonly identities: readonly LinkedIdentity[];
  readonly unions: readonly { readonly scope: string; readonly id: string }[];
  readonly now: number;
}

/** Why the way back is barred, or `undefined`. Pure. */
export function undoRefusal(
  noted: NotedMove,
  { gave, took, identities, unions, now }: SinceThen,
): UndoRefusal | undefined {
  if (gave?.status !== "active" || took?.status !== "active") return "closed";
  if ([gave, took].some(({ ban }) => ban !== null && (ban.until === null || ban.until > now))) return "banned";
  const isHere = (one: IdentityKey): boolean => identities.some((other) => isSame(one, other));
  const hasUnion = ({ scope, id }: NotedMove["unions"][number]): boolean =>
    unions.some((one) => one.scope === scope && one.id === id);
  if (!noted.identities.every(isHere) || !noted.unions.every(hasUnion)) return "moved";
  const isNoted = (one: IdentityKey): boolean => noted.identities.some((other) => isSame(one, other));
  const unionids = new Set(noted.unions.map(({ id }) => id));
  if (identities.some((one) => one.unionid !== null && unionids.has(one.unionid) && !isNoted(one))) return "linked";
  if (noted.externalId === null) return undefined;
  return took.externalId === noted.externalId && gave.externalId === null ? undefined : "external_id";
}
