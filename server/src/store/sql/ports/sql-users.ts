import { type Expression, type SqlBool, sql } from "kysely";
import type { EndWhy } from "../../../core/errors/reasons.ts";
import type { UserId } from "../../../core/ids.ts";
import { assertWellFormed } from "../../../core/well-formed.ts";
import type { Revocation, Session, User } from "../../records.ts";
import type { UserChange, UserEdit, UserStore, UserWithIdentities } from "../../users.ts";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import type { UserRow } from "../schema.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { keepBan, liftKeptBan } from "../statements/users/banned-identities.ts";
import { USER_COLUMNS, userFromRow } from "../statements/users/user-row.ts";
import { JOINED_COLUMNS, usersFromRows } from "../statements/users/users-with-identities.ts";

const COLUMNS_OF_USER = USER_COLUMNS.map((column) => `hufu_users.${column}` as const);

/** What an edit makes of a user. */
interface Edited {
  readonly user: User;
  /** Why all sessions end; `null` if they live on. */
  readonly end: EndWhy | null;
  /** Why earlier tokens are stale; `null` if they are not. */
  readonly told: string | null;
}

export function createSqlUsers(database: SqlDatabase, statements: Statements): UserStore {
  const { accompany, appendToOutbox, policy, sessions, users } = statements;
  const { reader, differences } = database;

  const withIdentities = async (isWanted: Expression<SqlBool>): Promise<UserWithIdentities | undefined> => {
    const rows = await reader
      .selectFrom("hufu_users")
      .leftJoin("hufu_identities", "hufu_identities.user_id", "hufu_users.id")
      .select(JOINED_COLUMNS)
      .where(isWanted)
      .orderBy("hufu_identities.created_at")
      .orderBy("hufu_identities.platform")
      .orderBy("hufu_identities.app")
      .orderBy("hufu_identities.openid")
      .execute();
    const [found] = usersFromRows(rows);
    return found === undefined ? undefined : { user: found.user, identities: found.identities };
  };

  return Object.freeze<UserStore>({
    find: (id) => withIdentities(sql<SqlBool>`${sql.ref("hufu_users.id")} = ${id}`),
    findByExternalId: async (externalId) => {
      assertWellFormed(externalId, "externalId");
      return withIdentities(differences.equalsNullable("hufu_users.external_id", externalId));
    },
    findByIdentity: async ({ platform, app, openid }) => {
      assertWellFormed(openid, "openid");
      const row: UserRow | undefined = await reader
        .selectFrom("hufu_identities")
        .innerJoin("hufu_users", "hufu_users.id", "hufu_identities.user_id")
        .select(COLUMNS_OF_USER)
        .where("hufu_identities.platform", "=", platform)
        .where("hufu_identities.app", "=", app)
        .where("hufu_identities.openid", "=", openid)
        .executeTakeFirst();
      return row === undefined ? undefined : userFromRow(row);
    },

    edit: (id, edit, by, describe) =>
      database.write(async (db): Promise<UserChange | undefined> => {
        const user = await users.lock(db, id);
        if (user === undefined) return undefined;
        const isClosed = user.status === "closed";
        if (isClosed && !(edit.kind === "unban" && (await liftKeptBan(db, id)))) return undefined;
        const edited = applyEdit(user, edit);
        if (edited === undefined) return { user, ended: [], entries: [] };

        let ended: readonly Session[] = [];
        if (edited.end !== null) {
          const active = await sessions.lockActiveOfUser(db, id);
          const { now } = await policy.point(db);
          const rule = edited.end === "banned" ? "ban" : "close";
          ended = await sessions.end(db, active, { why: edited.end, by, rule, now });
          const { ban } = user;
          const isInForce = ban !== null && (ban.until === null || ban.until > now);
          if (edit.kind === "close" && isInForce) await keepBan(db, id, ban, edit.hashes, now);
        }
        // The last look at a user that closes still shows the host's id for it, which the host has to be told.
        const described = { ...edited.user, externalId: user.externalId };
        await users.update(db, edited.user);
        if (edit.kind === "ban" || edit.kind === "unban") await markBan(db, id, edit.kind, database.differences);
        if (edit.kind === "close") await forget(db, id);
        await accompany(db, describe(described, ended));
        const told: Revocation[] = edited.told === null ? [] : [{ sub: id, ver: edited.user.ver, why: edited.told }];
        return { user: edited.user, ended, entries: await appendToOutbox(db, told) };
      }),

    sessionKey: (identity) => users.sessionKey(reader, identity),
    putSessionKey: (identity, sealed, exchangedAt) =>
      database.write(async (db) => void (await users.putSessionKey(db, identity, { sealed, exchangedAt }))),
    sessionKeysAfter: async (after, limit) => {
      let query = reader
        .selectFrom("hufu_identities")
        .select(["platform", "app", "openid", "session_key_sealed as sealed"])
        .where("session_key_sealed", "is not", null)
        .$narrowType<{ sealed: string }>();
      if (after !== null) {
        const { platform, app, openid } = after;
        query = query.where((row) =>
          row(row.refTuple("platform", "app", "openid"), ">", row.tuple(platform, app, openid)),
        );
      }
      return query.orderBy("platform").orderBy("app").orderBy("openid").limit(limit).execute();
    },
    resealSessionKey: ({ platform, app, openid }, from, to) =>
      database.write(async (db) => {
        const { numUpdatedRows } = await db
          .updateTable("hufu_identities")
          .set({ session_key_sealed: to })
          .where("platform", "=", platform)
          .where("app", "=", app)
          .where("openid", "=", openid)
          .where("session_key_sealed", "=", from)
          .executeTakeFirst();
        return numUpdatedRows > 0n;
      }),
  });
}

/** Pure: what becomes of the user; `undefined` if nothing does. */
function applyEdit(user: User, edit: UserEdit): Edited | undefined {
  const raised = { ...user, ver: user.ver + 1 };
  switch (edit.kind) {
    case "roles":
      return { user: { ...raised, roles: edit.roles }, end: null, told: "roles_changed" };
    case "resolved": {
      if (user.ver !== edit.ver || user.resolvedVer >= edit.ver) return undefined;
      const { roles, claims } = edit;
      return { user: { ...user, roles, claims, resolvedVer: edit.ver }, end: null, told: null };
    }
    case "stale":
      return { user: raised, end: null, told: "stale" };
    case "ban":
      return { user: { ...raised, ban: edit.ban }, end: "banned", told: "banned" };
    case "unban":
      return { user: { ...raised, ban: null }, end: null, told: "unbanned" };
    case "close":
      return {
        user: { ...raised, status: "closed", externalId: null, claims: null },
        end: "closed",
        told: "closed",
      };
  }
}

/** Since when a ban stands is for lists alone. Another ban in its place begins anew. */
async function markBan(db: Db, id: UserId, kind: "ban" | "unban", { now }: Differences): Promise<void> {
  const at = kind === "ban" ? now : null;
  await db.updateTable("hufu_users").set({ banned_at: at }).where("id", "=", id).execute();
}

/** Releases the identities and empties what sessions knew about the person and the devices. */
async function forget(db: Db, id: UserId): Promise<void> {
  await db.deleteFrom("hufu_identities").where("user_id", "=", id).execute();
  await db.deleteFrom("hufu_unions").where("user_id", "=", id).execute();
  await db.deleteFrom("hufu_phones").where("user_id", "=", id).execute();
  await db
    .updateTable("hufu_sessions")
    .set({ openid: "", device_id: null, device_name: null })
    .where("user_id", "=", id)
    .execute();
  await db
    .deleteFrom("hufu_identity_moves")
    .where((row) => row.or([row("from_id", "=", id), row("into_id", "=", id)]))
    .execute();
  // Those that are not chained yet go when they are: see seal-audit.ts.
  await db.deleteFrom("hufu_audit_personal").where("user_id", "=", id).execute();
}
