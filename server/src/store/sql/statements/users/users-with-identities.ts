import type { User } from "../../../records.ts";
import type { LinkedIdentity } from "../../../users.ts";
import type { UserRow } from "../../schema.ts";
import { USER_COLUMNS, userFromRow } from "./user-row.ts";

/** A user beside one of its identities, or beside none. */
export interface JoinedUserRow extends UserRow {
  readonly platform: string | null;
  readonly app: string | null;
  readonly openid: string | null;
  readonly client_id: string | null;
  readonly unionid: string | null;
  readonly linked_at: number | null;
}

/** What a reading of users beside their identities selects. */
export const JOINED_COLUMNS = [
  ...USER_COLUMNS.map((column) => `hufu_users.${column}` as const),
  "hufu_identities.platform",
  "hufu_identities.app",
  "hufu_identities.openid",
  "hufu_identities.client_id",
  "hufu_identities.unionid",
  "hufu_identities.created_at as linked_at",
] as const;

/** The rows of each user, which follow each other, as one. */
export function usersFromRows<Row extends JoinedUserRow>(
  rows: readonly Row[],
): readonly { readonly user: User; readonly identities: readonly LinkedIdentity[]; readonly row: Row }[] {
  const found: { readonly user: User; readonly identities: LinkedIdentity[]; readonly row: Row }[] = [];
  for (const row of rows) {
    let last = found.at(-1);
    if (last?.user.id !== row.id) {
      last = { user: userFromRow(row), identities: [], row };
      found.push(last);
    }
    const { platform, app, openid, client_id, unionid, linked_at } = row;
    if (platform === null || app === null || openid === null || client_id === null || linked_at === null) continue;
    last.identities.push({ platform, app, openid, clientId: client_id, unionid, createdAt: linked_at });
  }
  return found;
}
