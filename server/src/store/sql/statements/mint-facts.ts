import { type Compilable, sql } from "kysely";
import type { SessionId } from "../../../core/ids.ts";
import type { SessionFacts } from "../../records.ts";
import type { Db, Differences } from "../dialect.ts";
import { EVERYBODY, type SessionRow, type UserRow } from "../schema.ts";
import { prepare } from "./prepared.ts";
import { SESSION_COLUMNS, sessionFromRow } from "./session-row.ts";
import { userFromRow } from "./user-row.ts";

interface FactsRow extends SessionRow, Omit<UserRow, "id" | "status" | "created_at"> {
  readonly user_status: UserRow["status"];
  readonly user_created_at: number;
  readonly pol: number;
  readonly reset_pol: number;
  readonly now: number;
}

/** The statements that read all that minting needs at one moment. */
export interface MintFacts {
  find(db: Db, id: SessionId): Promise<SessionFacts | undefined>;
  findByCode(db: Db, codeHash: string): Promise<SessionFacts | undefined>;
}

export function prepareMintFacts(db: Db, differences: Differences): MintFacts {
  const facts = db
    .selectFrom("hufu_sessions")
    .innerJoin("hufu_users", "hufu_users.id", "hufu_sessions.user_id")
    .crossJoin("hufu_policy")
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

  const byId = prepare<{ readonly id: SessionId }, FactsRow>(
    ["id"],
    ({ id }): Compilable<FactsRow> => facts.where("hufu_sessions.id", "=", id),
  );
  const byCode = prepare<{ readonly codeHash: string }, FactsRow>(
    ["codeHash"],
    ({ codeHash }): Compilable<FactsRow> => facts.where("hufu_sessions.code_hash", "=", codeHash),
  );
  return Object.freeze({
    find: async (open: Db, id: SessionId) => factsFromRow((await byId(open, { id })).rows[0]),
    findByCode: async (open: Db, codeHash: string) => factsFromRow((await byCode(open, { codeHash })).rows[0]),
  });
}

function factsFromRow(row: FactsRow | undefined): SessionFacts | undefined {
  if (row === undefined) return undefined;
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
