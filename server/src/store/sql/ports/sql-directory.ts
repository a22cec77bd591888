import { type SelectQueryBuilder, sql } from "kysely";
import type { UserId } from "../../../core/ids.ts";
import { assertWellFormed } from "../../../core/well-formed.ts";
import type { DirectoryStore, PageOf, UserSearch, UserStatus } from "../../directory.ts";
import type { ListedUser } from "../../users.ts";
import type { SqlDatabase } from "../dialect.ts";
import { EVERYBODY, type HufuTables } from "../schema.ts";
import { comesAfter } from "../statements/newest-first.ts";
import { SESSION_COLUMNS, sessionFromRow } from "../statements/sessions/session-row.ts";
import { JOINED_COLUMNS, usersFromRows } from "../statements/users/users-with-identities.ts";

/** A user, and by what it stands where it stands. */
interface FoundUser {
  readonly user_id: UserId;
  readonly place: number;
}

/** Which users, as a part of a statement. */
type UserIds = SelectQueryBuilder<HufuTables, "hufu_users" | "hufu_identities" | "hufu_sessions", FoundUser>;

export function createSqlDirectory({ reader, differences }: SqlDatabase): DirectoryStore {
  const { now, equalsNullable } = differences;
  const none = sql<number>`0`.as("place");

  /** Each of them beside its identities. */
  async function listed(ids: UserIds): Promise<readonly ListedUser[]> {
    const rows = await reader
      .selectFrom(ids.as("found"))
      .innerJoin("hufu_users", "hufu_users.id", "found.user_id")
      .leftJoin("hufu_identities", "hufu_identities.user_id", "hufu_users.id")
      .select(JOINED_COLUMNS)
      .select("hufu_users.banned_at")
      // By columns of the part: ordered by the table's, SQLite would read all of it in that order.
      .orderBy("found.place", "desc")
      .orderBy("found.user_id", "desc")
      .orderBy("hufu_identities.created_at")
      .orderBy("hufu_identities.app")
      .orderBy("hufu_identities.openid")
      .execute();
    return usersFromRows(rows).map(({ user, identities, row }) => ({
      user,
      identities,
      bannedSince: row.banned_at === 0 ? null : row.banned_at,
    }));
  }

  function idsOf(by: UserSearch): UserIds {
    if ("id" in by) return reader.selectFrom("hufu_users").select(["id as user_id", none]).where("id", "=", by.id);
    if ("sid" in by) return reader.selectFrom("hufu_sessions").select(["user_id", none]).where("id", "=", by.sid);
    if ("externalId" in by) {
      assertWellFormed(by.externalId, "externalId");
      return reader
        .selectFrom("hufu_users")
        .select(["id as user_id", none])
        .where(equalsNullable("external_id", by.externalId));
    }
    const [column, text] = "openid" in by ? (["openid", by.openid] as const) : (["unionid", by.unionid] as const);
    assertWellFormed(text, column);
    return reader
      .selectFrom("hufu_identities")
      .select(["user_id", none])
      .distinct()
      .where(equalsNullable(column, text));
  }

  const isBanned = sql<boolean>`(banned_at is not null and (ban_until is null or ban_until > ${now}))`;

  function idsWith(status: UserStatus | undefined, { after, limit }: PageOf<UserId>): UserIds {
    const newest = status === "banned" ? "banned_at" : "created_at";
    let ids = reader.selectFrom("hufu_users").select(["id as user_id", sql.ref<number>(newest).as("place")]);
    if (status === "banned") ids = ids.where(isBanned);
    if (status === "closed") ids = ids.where("status", "=", "closed");
    if (status === "active") ids = ids.where("status", "=", "active").where((row) => row.not(isBanned));
    return ids
      .where(comesAfter(newest, "id", after))
      .orderBy(newest, "desc")
      .orderBy("id", "desc")
      .limit(limit);
  }

  return Object.freeze<DirectoryStore>({
    search: async (by, limit) => listed(idsOf(by).limit(limit)),
    users: ({ status, ...page }) => listed(idsWith(status, page)),
    sessions: async (userId, { after, limit }) => {
      const rows = await reader
        .selectFrom("hufu_sessions")
        .select(SESSION_COLUMNS)
        .select((session) =>
          session
            .selectFrom("hufu_resets")
            .select((reset) => reset.fn.coalesce(reset.fn.max("hufu_resets.pol"), sql<number>`0`).as("pol"))
            .where("scope", "in", [sql.lit(EVERYBODY), session.ref("hufu_sessions.client_id")])
            .$asScalar()
            .$notNull()
            .as("reset_pol"),
        )
        .where("user_id", "=", userId)
        .where(comesAfter("created_at", "id", after))
        .orderBy("created_at", "desc")
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.map((row) => ({ session: sessionFromRow(row), resetPol: row.reset_pol }));
    },
    counts: async () => {
      const [users, closed, banned, sessions] = await Promise.all([
        reader
          .selectFrom("hufu_users")
          .select((row) => row.fn.countAll().as("n"))
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_users")
          .select((row) => row.fn.countAll().as("n"))
          .where("status", "=", "closed")
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_users")
          .select((row) => row.fn.countAll().as("n"))
          .where(isBanned)
          .executeTakeFirstOrThrow(),
        reader
          .selectFrom("hufu_sessions")
          .select((row) => row.fn.countAll().as("n"))
          .where("status", "=", "active")
          .where("idle_until", ">", now)
          .where("absolute_until", ">", now)
          .executeTakeFirstOrThrow(),
      ]);
      return {
        users: Number(users.n),
        closedUsers: Number(closed.n),
        bannedUsers: Number(banned.n),
        activeSessions: Number(sessions.n),
      };
    },
  });
}
