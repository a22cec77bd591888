import type { Db, Differences } from "../dialect.ts";
import type { IdentityRow, ListedUserRow, PhoneRow, UnionRow } from "../schema.ts";
import { prepareRows } from "../statements/prepared/prepare-rows.ts";
import { rowFromUser, USER_COLUMNS } from "../statements/users/user-row.ts";
import type { ImportPlan } from "./plan-import.ts";

/** Large ones, because a database server answers once for each. */
const SIZES = [512, 64, 8, 1];

/** Writes a plan whose users are held. */
export type ApplyImport = (db: Db, plan: ImportPlan) => Promise<void>;

type NewIdentity = Pick<IdentityRow, "platform" | "app" | "openid" | "client_id" | "user_id" | "unionid">;

export function prepareApplyImport(db: Db, { now }: Differences): ApplyImport {
  const users = prepareRows<ListedUserRow>(
    [...USER_COLUMNS, "banned_at"],
    (rows) => db.insertInto("hufu_users").values([...rows]),
    SIZES,
  );
  const identities = prepareRows<NewIdentity>(
    ["platform", "app", "openid", "client_id", "user_id", "unionid"],
    (rows) => db.insertInto("hufu_identities").values(rows.map((row) => ({ ...row, created_at: now }))),
    SIZES,
  );
  const unions = prepareRows<UnionRow>(
    ["scope", "unionid", "user_id"],
    (rows) => db.insertInto("hufu_unions").values([...rows]),
    SIZES,
  );
  const phones = prepareRows<Omit<PhoneRow, "confirmed_at">>(
    ["user_id", "hash", "sealed"],
    (rows) => db.insertInto("hufu_phones").values(rows.map((row) => ({ ...row, confirmed_at: now }))),
    SIZES,
  );

  return async (open, plan) => {
    await users(
      open,
      plan.users.map((user) => ({ ...rowFromUser(user), banned_at: user.ban === null ? null : user.createdAt })),
    );
    await identities(
      open,
      plan.identities.map(({ platform, app, openid, clientId, userId, unionid }) => ({
        platform,
        app,
        openid,
        client_id: clientId,
        user_id: userId,
        unionid,
      })),
    );
    await unions(
      open,
      plan.unions.map(({ scope, unionid, userId }) => ({ scope, unionid, user_id: userId })),
    );
    await phones(
      open,
      plan.phones.map(({ userId, hash, sealed }) => ({ user_id: userId, hash, sealed })),
    );
    for (const { platform, app, openid, unionid } of plan.named) {
      await open
        .updateTable("hufu_identities")
        .set({ unionid })
        .where("platform", "=", platform)
        .where("app", "=", app)
        .where("openid", "=", openid)
        .execute();
    }
    for (const { userId, externalId } of plan.externalIds) {
      await open.updateTable("hufu_users").set({ external_id: externalId }).where("id", "=", userId).execute();
    }
  };
}
