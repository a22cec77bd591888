import type { UserId } from "../../../core/ids.ts";
import { assertWellFormed } from "../../../core/well-formed.ts";
import type { ImportedUser } from "../../import.ts";
import type { IdentityKey, User } from "../../records.ts";
import type { Db, Differences } from "../dialect.ts";
import type { UserRow } from "../schema.ts";
import { ownersOf } from "../statements/users/phone-numbers.ts";
import { USER_COLUMNS, userFromRow } from "../statements/users/user-row.ts";

const HASHES_AT_ONCE = 10_000;

/** What the database knows of those who are imported, by the keys below. */
export interface ImportFacts {
  readonly identities: ReadonlyMap<string, { readonly userId: UserId; readonly unionid: string | null }>;
  readonly unions: ReadonlyMap<string, UserId>;
  readonly externalIds: ReadonlyMap<string, UserId>;
  readonly users: ReadonlyMap<UserId, User>;
  readonly phoneOwners: ReadonlyMap<string, UserId>;
  /** Of the users above, who has a number; read only if an imported user has one. */
  readonly havePhone: ReadonlySet<UserId>;
  /** Hashes of identities whose account was closed while a ban was in force that still is. */
  readonly keptBans: ReadonlySet<string>;
  readonly now: number;
}

export function identityKey({ platform, app, openid }: IdentityKey): string {
  return `${platform}\n${app}\n${openid}`;
}

export function unionKey({ scope, id }: { readonly scope: string; readonly id: string }): string {
  return `${scope}\n${id}`;
}

/** Reads without holding anything. */
export async function readImportFacts(
  db: Db,
  differences: Differences,
  imported: readonly ImportedUser[],
): Promise<ImportFacts> {
  for (const { identity, union, externalId } of imported) {
    assertWellFormed(identity.openid, "openid");
    if (union !== null) assertWellFormed(union.id, "unionid");
    if (externalId !== null) assertWellFormed(externalId, "external_id");
  }
  const identities = await readIdentities(db, differences, imported);
  const unions = await readUnions(db, differences, imported);
  const named = imported.flatMap(({ externalId }) => externalId ?? []);
  const ids = [...new Set([...[...identities.values()].map(({ userId }) => userId), ...unions.values()])];
  const rows = [
    ...(await usersWhere(db, differences, "id", ids)),
    ...(await usersWhere(db, differences, "external_id", named)),
  ];
  const users = new Map(rows.map((row) => [row.id, userFromRow(row)]));
  const externalIds = new Map(
    [...users.values()].flatMap(({ id, externalId }) => (externalId === null ? [] : [[externalId, id] as const])),
  );
  const { now } = await db
    .selectFrom("hufu_policy")
    .select(differences.now.as("now"))
    .where("id", "=", 1)
    .executeTakeFirstOrThrow();
  return {
    identities,
    unions,
    externalIds,
    users,
    ...(await readPhones(db, differences, imported, [...users.keys()])),
    keptBans: await readKeptBans(db, differences, imported, now),
    now,
  };
}

async function readIdentities(db: Db, { rowsOf }: Differences, imported: readonly ImportedUser[]) {
  const found = new Map<string, { readonly userId: UserId; readonly unionid: string | null }>();
  const apps = new Map(imported.map(({ identity }) => [`${identity.platform}\n${identity.app}`, identity]));
  for (const { platform, app } of apps.values()) {
    const isOfApp = ({ identity }: ImportedUser): boolean => identity.platform === platform && identity.app === app;
    const openids = imported.filter(isOfApp).map(({ identity }) => identity.openid);
    const rows = await rowsOf(db, openids, (isOneOf) =>
      db
        .selectFrom("hufu_identities")
        .select(["openid", "user_id as userId", "unionid"])
        .where("platform", "=", platform)
        .where("app", "=", app)
        .where(isOneOf("openid")),
    );
    for (const { openid, userId, unionid } of rows)
      found.set(identityKey({ platform, app, openid }), { userId, unionid });
  }
  return found;
}

async function readUnions(
  db: Db,
  { rowsOf }: Differences,
  imported: readonly ImportedUser[],
): Promise<ReadonlyMap<string, UserId>> {
  const found = new Map<string, UserId>();
  const unions = imported.flatMap(({ union }) => union ?? []);
  for (const scope of new Set(unions.map((union) => union.scope))) {
    const ids = unions.filter((union) => union.scope === scope).map(({ id }) => id);
    const rows = await rowsOf(db, ids, (isOneOf) =>
      db
        .selectFrom("hufu_unions")
        .select(["unionid as id", "user_id as userId"])
        .where("scope", "=", scope)
        .where(isOneOf("unionid")),
    );
    for (const { id, userId } of rows) found.set(unionKey({ scope, id }), userId);
  }
  return found;
}

async function usersWhere(
  db: Db,
  { rowsOf }: Differences,
  column: "id" | "external_id",
  values: readonly string[],
): Promise<readonly UserRow[]> {
  if (values.length === 0) return [];
  return rowsOf(db, values, (isOneOf) => db.selectFrom("hufu_users").select(USER_COLUMNS).where(isOneOf(column)));
}

async function readPhones(
  db: Db,
  differences: Differences,
  imported: readonly ImportedUser[],
  users: readonly UserId[],
): Promise<Pick<ImportFacts, "phoneOwners" | "havePhone">> {
  const hashes = imported.flatMap(({ phone }) => phone?.hashes ?? []);
  if (hashes.length === 0) return { phoneOwners: new Map(), havePhone: new Set() };
  const owners = await ownersOf(db, differences, hashes);
  const having = await differences.rowsOf(db, users, (isOneOf) =>
    db.selectFrom("hufu_phones").select("user_id").where(isOneOf("user_id")),
  );
  return {
    phoneOwners: new Map(owners.map(({ hash, user_id: owner }) => [hash, owner])),
    havePhone: new Set(having.map(({ user_id: userId }) => userId)),
  };
}

/** Most deployments have none; then no hashes are computed. */
async function readKeptBans(
  db: Db,
  { rowsOf }: Differences,
  imported: readonly ImportedUser[],
  now: number,
): Promise<ReadonlySet<string>> {
  const any = await db.selectFrom("hufu_banned_identities").select("hash").limit(1).executeTakeFirst();
  if (any === undefined) return new Set();
  const kept = new Set<string>();
  const hashes = imported.flatMap((one) => one.banHashes());
  // Two for each secret: more than a statement may hold.
  for (let at = 0; at < hashes.length; at += HASHES_AT_ONCE) {
    const rows = await rowsOf(db, hashes.slice(at, at + HASHES_AT_ONCE), (isOneOf) =>
      db
        .selectFrom("hufu_banned_identities")
        .select("hash")
        .where(isOneOf("hash"))
        .where((row) => row.or([row("ban_until", "is", null), row("ban_until", ">", now)])),
    );
    for (const { hash } of rows) kept.add(hash);
  }
  return kept;
}
