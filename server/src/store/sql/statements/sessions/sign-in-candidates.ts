import { sql } from "kysely";
import type { UserId } from "../../../../core/ids.ts";
import type { DeviceType, IdentityKey, SessionOutline } from "../../../records.ts";
import type { SignInRequest } from "../../../sessions.ts";
import type { Db } from "../../dialect.ts";
import type { SessionRow } from "../../schema.ts";
import type { Holes } from "../prepared/prepared.ts";

/** What a sign-in looks at of a session. */
export const CANDIDATE_COLUMNS = [
  "id",
  "user_id",
  "platform",
  "app",
  "openid",
  "client_id",
  "device_id",
  "device_type",
  "status",
  "end_why",
  "created_at",
  "last_used_at",
  "idle_until",
  "absolute_until",
  "clock",
  "born_pol",
] as const;
export type CandidateRow = Pick<SessionRow, (typeof CANDIDATE_COLUMNS)[number]>;

/** Whose candidates. */
export interface CandidateValues extends IdentityKey {
  readonly userId: UserId;
  readonly deviceId: string | null;
}

const TYPES: readonly DeviceType[] = ["phone", "pad", "pc", "devtools", "other"];
/** A device has one session in an app; more are left only where this rule did not hold yet. */
const OF_DEVICE_MOST = 10;

/**
 * The active sessions of a user that a sign-in may have to end, in parts. Each walks an index and stops after a number of
 * rows, so that its cost does not grow with the number of the user's sessions (docs/decisions/0040). What only a crowded
 * identity needs is read after a count by its index, which stops as well.
 */
export function candidateParts(
  db: Db,
  { newestPerType, ofIdentity: { oldest, ceiling, oldestAtCeiling } }: SignInRequest["candidates"],
  { platform, app, openid, userId, deviceId }: Holes<CandidateValues>,
) {
  const active = db.selectFrom("hufu_sessions").where("status", "=", "active");
  const ofIdentity = active.where("platform", "=", platform).where("app", "=", app).where("openid", "=", openid);
  const ofUser = active.where("user_id", "=", userId);
  const ofDevice = ofUser.where("app", "=", app).where("device_id", "=", deviceId);
  const countUpTo = (most: number, sessions: typeof active) =>
    db
      .selectFrom(sessions.select("status").limit(sql.lit(most)).as("counted"))
      .select(({ fn }) => fn.countAll<number>().as("sessions"));
  const own = countUpTo(OF_DEVICE_MOST, ofDevice.where("platform", "=", platform).where("openid", "=", openid));
  // Far enough that `ceiling` others are never missed, however many the device has.
  const all = countUpTo(ceiling + OF_DEVICE_MOST, ofIdentity);

  const oldestFirst = ofIdentity.select(CANDIDATE_COLUMNS).orderBy("created_at");
  const newestFirst = ofUser.select(CANDIDATE_COLUMNS).orderBy("created_at", "desc").limit(sql.lit(newestPerType));
  const first = oldestFirst.limit(sql.lit(oldest));
  const others = [
    oldestFirst.where(sql<number>`(${all}) - (${own})`, ">=", sql.lit(ceiling)).limit(sql.lit(oldestAtCeiling)),
    ofDevice.select(CANDIDATE_COLUMNS).limit(sql.lit(OF_DEVICE_MOST)),
    ...(newestPerType === 0 ? [] : TYPES.map((type) => newestFirst.where("device_type", "=", sql.lit(type)))),
  ];
  // Each part in a selection of its own, because a part of a union has no order and no limit on SQLite.
  return others.reduce(
    (query, part) => query.unionAll(db.selectFrom(part.as("part")).select(CANDIDATE_COLUMNS)),
    db.selectFrom(first.as("part")).select(CANDIDATE_COLUMNS),
  );
}

/** What several parts found once, oldest first. */
export function candidatesFrom(rows: readonly CandidateRow[]): readonly SessionOutline[] {
  const byId = new Map(rows.map((row) => [row.id, outlineOf(row)]));
  return [...byId.values()].toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
}

function outlineOf(row: CandidateRow): SessionOutline {
  return {
    id: row.id,
    userId: row.user_id,
    platform: row.platform,
    app: row.app,
    openid: row.openid,
    clientId: row.client_id,
    deviceId: row.device_id,
    deviceType: row.device_type,
    status: row.status,
    endWhy: row.end_why,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    idleUntil: row.idle_until,
    absoluteUntil: row.absolute_until,
    clock: row.clock,
    bornPol: row.born_pol,
  };
}
