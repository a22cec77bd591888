import { type Compilable, type RawBuilder, sql } from "kysely";
import type { SessionId } from "../../../../core/ids.ts";
import type { SessionFacts } from "../../../records.ts";
import type { Db, Differences } from "../../dialect.ts";
import { EVERYBODY, type SessionRow, type UserRow } from "../../schema.ts";
import { prepare } from "../prepared/prepared.ts";
import { userFromRow } from "../users/user-row.ts";
import { SESSION_COLUMNS, sessionFromRow } from "./session-row.ts";

interface FactsRow extends SessionRow, Omit<UserRow, "id" | "status" | "created_at"> {
  readonly user_status: UserRow["status"];
  readonly user_created_at: number;
  readonly pol: number;
  readonly reset_pol: number;
  readonly now: number;
}

/** What the left join answers where there is no such session. */
type MaybeFactsRow = { readonly [Column in keyof FactsRow]: FactsRow[Column] | null };

/** The statements that read all that minting needs at one moment. */
export interface MintFacts {
  find(db: Db, id: SessionId): Promise<SessionFacts | undefined>;
  findByCode(db: Db, codeHash: string): Promise<SessionFacts | undefined>;
}

export function prepareMintFacts(db: Db, differences: Differences): MintFacts {
  // They hang on the policy's row, so that a server which only reads cannot answer "no such session" either.
  const factsOf = (isIt: RawBuilder<boolean>): Compilable<MaybeFactsRow> =>
    db
      .selectFrom("hufu_policy")
      .leftJoin("hufu_sessions", (join) => join.on(isIt))
      .leftJoin("hufu_users", "hufu_users.id", "hufu_sessions.user_id")
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
        differences.now.as("now"),
        differences.onlyReads.as("only_reads"),
      ])
      .select((from) =>
        from
          .selectFrom("hufu_resets")
          .select((reset) => reset.fn.coalesce(reset.fn.max("hufu_resets.pol"), sql<number>`0`).as("pol"))
          .where((reset) =>
            reset.or([
              reset("hufu_resets.scope", "=", EVERYBODY),
              reset("hufu_resets.scope", "=", reset.ref("hufu_sessions.client_id")),
            ]),
          )
          .$asScalar()
          .$notNull()
          .as("reset_pol"),
      );

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
    resetPol: row.reset_pol,
    now: row.now,
  };
}
