import type { CompiledQuery } from "kysely";
import type { UserId } from "../../../../core/ids.ts";
import type { IdentityKey, User } from "../../../records.ts";
import type { Db, Differences } from "../../dialect.ts";
import type { IdentityRow, UnionRow, UserRow } from "../../schema.ts";
import { changed, prepare } from "../prepared/prepared.ts";
import { rowFromUser, USER_COLUMNS, userFromRow } from "./user-row.ts";

/** Where a unionid means something, and the unionid. */
export interface UnionKey {
  readonly scope: string;
  readonly id: string;
}

/** A session_key as it rests. */
export interface SealedSessionKey {
  readonly sealed: string;
  readonly exchangedAt: number;
}

/** Whose an identity is, by which `client_id` its app goes, and the unionid that it was first seen with. */
export interface IdentityOwner {
  readonly userId: UserId;
  readonly clientId: string;
  readonly unionid: string | null;
}

/** The prepared statements about users and their identities. */
export interface UserStatements {
  /** Reads a user and holds it until the unit of work ends, so that its changes happen one after the other. */
  lock(db: Db, id: UserId): Promise<User | undefined>;
  /** Holds the user of an identity. Whose the identity is by then, only a later statement says. */
  lockOfIdentity(db: Db, identity: IdentityKey): Promise<User | undefined>;
  /** Writes everything but the id. */
  update(db: Db, user: User): Promise<void>;
  sessionKey(db: Db, identity: IdentityKey): Promise<SealedSessionKey | undefined>;
  /** Keeps the newer one. */
  putSessionKey(db: Db, identity: IdentityKey, key: SealedSessionKey): Promise<boolean>;
  readonly changes: UserChanges;
}

/** Changes that a sign-in sends with others. */
export interface UserChanges {
  insert(user: User): CompiledQuery;
  update(user: User): CompiledQuery;
  addIdentity(identity: IdentityKey, owner: IdentityOwner, key: SealedSessionKey | null): CompiledQuery;
  /** Keeps what has become known of the identity: its app's `client_id` by now, and its unionid. */
  updateIdentity(identity: IdentityKey, owner: IdentityOwner): CompiledQuery;
  addUnion(union: UnionKey, userId: UserId): CompiledQuery;
  putSessionKey(identity: IdentityKey, key: SealedSessionKey): CompiledQuery;
}

const IDENTITY = ["platform", "app", "openid"] as const;

export function prepareUserStatements(db: Db, differences: Differences): UserStatements {
  const lock = prepare<Pick<UserRow, "id">, UserRow>(["id"], ({ id }) =>
    differences.forUpdate(db.selectFrom("hufu_users").select(USER_COLUMNS).where("id", "=", id)),
  );
  const insert = prepare<UserRow, unknown>(USER_COLUMNS, (values) => db.insertInto("hufu_users").values(values));
  const update = prepare<UserRow, unknown>(USER_COLUMNS, ({ id, created_at: _born, ...values }) =>
    db.updateTable("hufu_users").set(values).where("id", "=", id),
  );
  const lockOfIdentity = prepare<IdentityKey, UserRow>(IDENTITY, ({ platform, app, openid }) =>
    differences.forUpdate(
      db
        .selectFrom("hufu_users")
        .select(USER_COLUMNS)
        .where("id", "=", (from) =>
          from
            .selectFrom("hufu_identities")
            .select("user_id")
            .where("platform", "=", platform)
            .where("app", "=", app)
            .where("openid", "=", openid),
        ),
    ),
  );
  const addIdentity = prepare<Omit<IdentityRow, "created_at">, unknown>(
    [...IDENTITY, "client_id", "user_id", "unionid", "session_key_sealed", "session_key_at"],
    (values) => db.insertInto("hufu_identities").values({ ...values, created_at: differences.now }),
  );
  const updateIdentity = prepare<IdentityKey & Omit<IdentityOwner, "userId">, unknown>(
    [...IDENTITY, "clientId", "unionid"],
    ({ platform, app, openid, clientId, unionid }) =>
      db
        .updateTable("hufu_identities")
        .set({ client_id: clientId, unionid })
        .where("platform", "=", platform)
        .where("app", "=", app)
        .where("openid", "=", openid),
  );
  const addUnion = prepare<UnionRow, unknown>(["scope", "unionid", "user_id"], (values) =>
    db.insertInto("hufu_unions").values(values),
  );
  const sessionKey = prepare<IdentityKey, Pick<IdentityRow, "session_key_sealed" | "session_key_at">>(
    IDENTITY,
    ({ platform, app, openid }) =>
      db
        .selectFrom("hufu_identities")
        .select(["session_key_sealed", "session_key_at"])
        .where("platform", "=", platform)
        .where("app", "=", app)
        .where("openid", "=", openid),
  );
  const putSessionKey = prepare<IdentityKey & SealedSessionKey, unknown>(
    [...IDENTITY, "sealed", "exchangedAt"],
    ({ platform, app, openid, sealed, exchangedAt }) =>
      db
        .updateTable("hufu_identities")
        .set({ session_key_sealed: sealed, session_key_at: exchangedAt })
        .where("platform", "=", platform)
        .where("app", "=", app)
        .where("openid", "=", openid)
        .where((row) => row.or([row("session_key_at", "is", null), row("session_key_at", "<=", exchangedAt)])),
  );

  return Object.freeze<UserStatements>({
    lock: async (open, id) => {
      const [row] = (await lock(open, { id })).rows;
      return row === undefined ? undefined : userFromRow(row);
    },
    lockOfIdentity: async (open, { platform, app, openid }) => {
      const [row] = (await lockOfIdentity(open, { platform, app, openid })).rows;
      return row === undefined ? undefined : userFromRow(row);
    },
    update: async (open, user) => void (await update(open, rowFromUser(user))),
    sessionKey: async (open, identity) => {
      const [row] = (await sessionKey(open, identity)).rows;
      if (row === undefined || row.session_key_sealed === null || row.session_key_at === null) return undefined;
      return { sealed: row.session_key_sealed, exchangedAt: row.session_key_at };
    },
    putSessionKey: async (open, { platform, app, openid }, { sealed, exchangedAt }) =>
      changed(await putSessionKey(open, { platform, app, openid, sealed, exchangedAt })) > 0,
    changes: Object.freeze<UserChanges>({
      insert: (user) => insert.bound(rowFromUser(user)),
      update: (user) => update.bound(rowFromUser(user)),
      addIdentity: ({ platform, app, openid }, { userId, clientId, unionid }, key) => {
        const owner = { client_id: clientId, user_id: userId, unionid };
        const sealed = { session_key_sealed: key?.sealed ?? null, session_key_at: key?.exchangedAt ?? null };
        return addIdentity.bound({ platform, app, openid, ...owner, ...sealed });
      },
      updateIdentity: ({ platform, app, openid }, { clientId, unionid }) =>
        updateIdentity.bound({ platform, app, openid, clientId, unionid }),
      addUnion: ({ scope, id }, userId) => addUnion.bound({ scope, unionid: id, user_id: userId }),
      putSessionKey: ({ platform, app, openid }, { sealed, exchangedAt }) =>
        putSessionKey.bound({ platform, app, openid, sealed, exchangedAt }),
    }),
  });
}
