import type { UserId } from "../../../../core/ids.ts";
import type { IdentityMove, MoveRequest } from "../../../identity-moves.ts";
import type { IdentityKey, User } from "../../../records.ts";
import type { LinkedIdentity } from "../../../users.ts";
import type { Db } from "../../dialect.ts";
import { SESSION_COLUMNS, sessionFromRow } from "../sessions/session-row.ts";

/** Reads what a move between these two users would change. */
export async function planMove(db: Db, from: User, into: User, wanted: MoveRequest["identity"]): Promise<IdentityMove> {
  const all = await identitiesOf(db, from.id);
  const named = wanted === null ? undefined : all.find((one) => isSame(one, wanted));
  const goes = (one: LinkedIdentity): boolean =>
    wanted === null || (named !== undefined && (one === named || isOfOnePerson(one, named)));
  const identities = all.filter(goes);
  const unionids = new Set(identities.map(({ unionid }) => unionid));
  const unions = (await unionsOf(db, from.id)).filter(({ id }) => wanted === null || unionids.has(id));
  const isWhole = wanted === null && identities.length > 0;
  return {
    from,
    into,
    identities,
    staying: all.length - identities.length,
    unions: identities.length === 0 ? [] : unions,
    externalId: isWhole && into.externalId === null ? from.externalId : null,
    sessions: (await activeSessions(db, from.id)).filter((session) => identities.some((one) => isSame(one, session))),
  };
}

export function isSame(one: IdentityKey, other: IdentityKey): boolean {
  return one.platform === other.platform && one.app === other.app && one.openid === other.openid;
}

function isOfOnePerson(one: LinkedIdentity, other: LinkedIdentity): boolean {
  return one.platform === other.platform && one.unionid !== null && one.unionid === other.unionid;
}

export async function identitiesOf(db: Db, userId: UserId): Promise<readonly LinkedIdentity[]> {
  return db
    .selectFrom("hufu_identities")
    .select(["platform", "app", "openid", "client_id as clientId", "unionid", "created_at as createdAt"])
    .where("user_id", "=", userId)
    .orderBy("created_at")
    .orderBy("app")
    .execute();
}

export async function unionsOf(
  db: Db,
  userId: UserId,
): Promise<readonly { readonly scope: string; readonly id: string }[]> {
  return db.selectFrom("hufu_unions").select(["scope", "unionid as id"]).where("user_id", "=", userId).execute();
}

async function activeSessions(db: Db, userId: UserId) {
  const rows = await db
    .selectFrom("hufu_sessions")
    .select(SESSION_COLUMNS)
    .where("user_id", "=", userId)
    .where("status", "=", "active")
    .orderBy("created_at")
    .execute();
  return rows.map(sessionFromRow);
}
