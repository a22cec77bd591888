import { type AliasedRawBuilder, type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { SessionId } from "../../../../core/ids.ts";
import type { SessionFacts } from "../../../records.ts";
import type { Db, Differences } from "../../dialect.ts";
import { EVERYBODY, type HufuTables, type SessionRow, type UserRow } from "../../schema.ts";
import { prepare } from "../prepared/prepared.ts";
import { userFromRow } from "../users/user-row.ts";
import { SESSION_COLUMNS, sessionFromRow } from "./session-row.ts";

interface FactsRow extends SessionRow, Omit<UserRow, "id" | "status" | "created_at"> {
  readonly user_status: UserRow["status"];
  readonly user_created_at: number;
  readonly pol: number;
  /** Of the resets for everybody and for the session's client; `null` where there was none. */
  readonly everybody_pol: number | null;
  readonly client_pol: number | null;
  readonly now: number;
}

/** What the left join answers where there is no such session. */
export type MaybeFactsRow = { readonly [Column in keyof FactsRow]: FactsRow[Column] | null };

/** The statements that read all that minting needs at one moment. */
export interface MintFacts {
  find(db: Db, id: SessionId): Promise<SessionFacts | undefined>;
  findByCode(db: Db, codeHash: string): Promise<SessionFacts | undefined>;
}

/**
 * Of the session that is it. It hangs on the policy's row, so that a server which only reads cannot answer "no such session"
 * either.
 * @param wanted a list, for one session for each of its rows
 */
export function factsQuery(
  db: Db,
  differences: Differences,
  isIt: RawBuilder<boolean>,
  wanted?: AliasedRawBuilder<unknown, "wanted">,
): SelectQueryBuilder<HufuTables, "hufu_policy", MaybeFactsRow> {
  const policy = db.selectFrom("hufu_policy");
  // Nothing of the list is selected, so it changes no type, which `$if` knows.
  const listed = wanted && policy.$if(true, (query) => query.innerJoin(wanted, (join) => join.onTrue()));
  return (
    (listed ?? policy)
      .leftJoin("hufu_sessions", (join) => join.on(isIt))
      .leftJoin("hufu_users", "hufu_users.id", "hufu_sessions.user_id")
      // Two rows by their keys: the newer of them by one condition would cost SQLite a table of its own for each question.
      .leftJoin("hufu_resets as everybody", (join) => join.on("everybody.scope", "=", EVERYBODY))
      .leftJoin("hufu_resets as of_client", "of_client.scope", "hufu_sessions.client_id")
      .select(SESSION_COLUMNS.map((column) => `hufu_sessions.${column}` as const))
      .select([
        "hufu_users.external_id",
        "hufu_users.status as user_status",
        "hufu_users.ver",
        "hufu_users.resolved_ver",
        "hufu_users.roles",
        "hufu_users.claims",
        "hufu_users.ban_reason",
        "hufu_users.ban_until",
        "hufu_users.created_at as user_created_at",
        "hufu_policy.pol",
        "everybody.pol as everybody_pol",
        "of_client.pol as client_pol",
        differences.now.as("now"),
        differences.onlyReads.as("only_reads"),
      ])
  );
}

export function prepareMintFacts(db: Db, differences: Differences): MintFacts {
  const factsOf = (isIt: RawBuilder<boolean>) => factsQuery(db, differences, isIt);
  const byId = prepare<{ readonly id: SessionId }, MaybeFactsRow>(["id"], ({ id }) =>
    factsOf(sql<boolean>`${sql.ref("hufu_sessions.id")} = ${id}`),
  );
  const byCode = prepare<{ readonly codeHash: string }, MaybeFactsRow>(["codeHash"], ({ codeHash }) =>
    factsOf(sql<boolean>`${sql.ref("hufu_sessions.code_hash")} = ${codeHash}`),
  );
  return Object.freeze({
    find: async (open: Db, id: SessionId) => factsFromRow((await byId(open, { id })).rows[0]),
    findByCode: async (open: Db, codeHash: string) => factsFromRow((await byCode(open, { codeHash })).rows[0]),
  });
}

/**
 * The rows of several sessions, and `undefined` for those that there are not. Each session that was asked for has a row, also
 * one that there is not: an answer with fewer calls none of them unknown.
 */
export function factsById(
  ids: readonly SessionId[],
  rows: readonly MaybeFactsRow[],
): ReadonlyMap<SessionId, SessionFacts | undefined> {
  if (rows.length < ids.length) throw new TypeError(`${rows.length} rows for ${ids.length} sessions`);
  const found = new Map(rows.map((row) => [row.id, row]));
  return new Map(ids.map((id) => [id, found.has(id) ? factsFromRow(found.get(id)) : undefined]));
}

function isFactsRow(row: MaybeFactsRow): row is FactsRow {
  return row.id !== null;
}

function factsFromRow(row: MaybeFactsRow | undefined): SessionFacts | undefined {
  if (row === undefined) throw new TypeError("the row of hufu_policy is missing");
  if (!isFactsRow(row)) return undefined;
  return {
    session: sessionFromRow(row),
    user: userFromRow({
      id: row.user_id,
      external_id: row.external_id,
      status: row.user_status,
      ver: row.ver,
      resolved_ver: row.resolved_ver,
      roles: row.roles,
      claims: row.claims,
      ban_reason: row.ban_reason,
      ban_until: row.ban_until,
      created_at: row.user_created_at,
    }),
    pol: row.pol,
    resetPol: Math.max(row.everybody_pol ?? 0, row.client_pol ?? 0),
    now: row.now,
  };
}
