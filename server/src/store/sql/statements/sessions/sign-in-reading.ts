import { type AliasedRawBuilder, type RawBuilder, sql } from "kysely";
import type { UserId } from "../../../../core/ids.ts";
import type { Ban, SessionOutline } from "../../../records.ts";
import type { SignInRequest } from "../../../sessions.ts";
import type { Db, Differences } from "../../dialect.ts";
import { type Prepared, prepare } from "../prepared/prepared.ts";
import type { IdentityOwner } from "../users/user-statements.ts";
import {
  CANDIDATE_COLUMNS,
  type CandidateRow,
  type CandidateValues,
  candidateParts,
  candidatesFrom,
} from "./sign-in-candidates.ts";

/** What stands at the moment of a sign-in. */
export interface SignInReading {
  readonly pol: number;
  readonly now: number;
  /** The policy version of the last reset of each scope. */
  readonly resets: ReadonlyMap<string, number>;
  /** Whose the identity is; `undefined` if it is new. */
  readonly known: IdentityOwner | undefined;
  /** Whose the unionid is, and the host's id. */
  readonly unionOwner: UserId | null;
  readonly hostOwner: UserId | null;
  /** The ban of a closed account, by the request's hashes; it may be over. `undefined` if there were none to ask for. */
  readonly keptBan: Ban | null | undefined;
  /** The active sessions of the user that was asked for and of the identity, as far as the request names them. */
  readonly candidates: readonly SessionOutline[];
}

/**
 * Reads in one statement all that a sign-in decides by. Ask for the user that is held: a statement that waits for a lock
 * sees other rows as they were before the wait, so what is true now only a later statement says.
 */
export type ReadSignIn = (db: Db, userId: UserId | undefined, request: SignInRequest) => Promise<SignInReading>;

/** Which sessions are read: none where no user is held, because the active sessions of an identity are its user's. */
type Candidates = SignInRequest["candidates"] | undefined;

interface Values extends CandidateValues {
  readonly scope: string | null;
  readonly unionid: string | null;
  readonly externalId: string | null;
  readonly [banHash: `ban${number}`]: string;
}

interface BesideRow {
  readonly pol: number;
  readonly now: number;
  readonly known_user: UserId | null;
  readonly known_client: string;
  readonly known_unionid: string | null;
  readonly union_owner: UserId | null;
  readonly host_owner: UserId | null;
  readonly ban_reason: string | null;
  readonly ban_until: number | null;
}

/** A candidate or a reset; without any of them one row of what stands beside. */
type Row = BesideRow & { readonly [Column in keyof CandidateRow]: CandidateRow[Column] | null };

const NAMES = ["platform", "app", "openid", "userId", "deviceId", "scope", "unionid", "externalId"] as const;
/** In the place of a session's status. */
const RESET = "reset";
/** No user has this id. */
const NO_USER = "" as UserId;

export function prepareReadSignIn(db: Db, differences: Differences): ReadSignIn {
  const prepared = new Map<string, Prepared<Values, Row>>();

  /** The numbers are settings of the deployment and stand in the text: there is one text, or a few in tests. */
  function statement(candidates: Candidates, bans: number): Prepared<Values, Row> {
    const { oldest, ceiling, oldestAtCeiling } = candidates?.ofIdentity ?? {};
    const name = [candidates?.newestPerType, oldest, ceiling, oldestAtCeiling, bans].join(" ");
    const made = prepared.get(name) ?? prepareOne(db, differences, candidates, bans);
    prepared.set(name, made);
    return made;
  }

  return async (open, userId, { identity, union, host, candidates, banHashes }) => {
    const { rows } = await statement(userId === undefined ? undefined : candidates, banHashes.length)(open, {
      ...Object.fromEntries(banHashes.map((hash, place) => [banName(place), hash])),
      ...identity,
      userId: userId ?? NO_USER,
      deviceId: candidates.deviceId,
      scope: union?.scope ?? null,
      unionid: union?.id ?? null,
      externalId: host?.externalId ?? null,
    });
    const [beside] = rows;
    if (beside === undefined) throw new TypeError("the row of hufu_policy is missing");
    const { known_user: knownUser, known_client: clientId, known_unionid: unionid } = beside;
    return {
      pol: beside.pol,
      now: beside.now,
      resets: new Map(rows.flatMap((row) => (isReset(row) ? [[row.id, row.born_pol] as const] : []))),
      known: knownUser === null ? undefined : { userId: knownUser, clientId, unionid },
      unionOwner: beside.union_owner,
      hostOwner: beside.host_owner,
      keptBan: banHashes.length === 0 ? undefined : banFrom(beside),
      candidates: candidatesFrom(rows.filter(isCandidate)),
    };
  };
}

/** @param bans how many hashes are asked for; the list is a part of the text, and is as long as there are secrets */
function prepareOne(
  db: Db,
  { now, equalsNullable }: Differences,
  candidates: Candidates,
  bans: number,
): Prepared<Values, Row> {
  const banNames = Array.from({ length: bans }, (_, place) => banName(place));
  return prepare<Values, Row>([...NAMES, ...banNames], (holes) => {
    const { platform, app, openid, scope, unionid, externalId } = holes;
    const resets = resetsAsParts();
    const parts = candidates === undefined ? sql`(${resets})` : candidateParts(db, candidates, holes).unionAll(resets);
    return db
      .selectFrom("hufu_policy")
      .leftJoin("hufu_identities as identity", (join) =>
        join.on("identity.platform", "=", platform).on("identity.app", "=", app).on("identity.openid", "=", openid),
      )
      .leftJoin("hufu_unions as known", (join) => join.on("known.scope", "=", scope).on("known.unionid", "=", unionid))
      .leftJoin("hufu_users as host", (join) => join.on(equalsNullable("host.external_id", externalId)))
      .leftJoin(sql<CandidateRow>`${parts}`.as<"part">(sql.ref("part")), (join) => join.onTrue())
      .select([
        "hufu_policy.pol",
        now.as("now"),
        "identity.user_id as known_user",
        "identity.client_id as known_client",
        "identity.unionid as known_unionid",
        "known.user_id as union_owner",
        "host.id as host_owner",
      ])
      .select(
        ["ban_reason", "ban_until"].map((column) =>
          banColumn(
            column,
            banNames.map((name) => holes[name]),
          ),
        ),
      )
      .select(CANDIDATE_COLUMNS.map((column) => `part.${column}` as const))
      .where("hufu_policy.id", "=", 1)
      .$castTo<Row>();
  });
}

function banName(place: number): `ban${number}` {
  return `ban${place}`;
}

/** A column of the first of the bans that were kept under these hashes. */
function banColumn(
  column: string,
  hashes: readonly (RawBuilder<string> | undefined)[],
): AliasedRawBuilder<string | number | null, string> {
  if (hashes.length === 0) return sql<null>`null`.as(column);
  const kept = sql`hufu_banned_identities where hash in (${sql.join(hashes)}) order by hash limit 1`;
  return sql<string | number | null>`(select ${sql.ref(column)} from ${kept})`.as(column);
}

function banFrom({ ban_reason: reason, ban_until: until }: BesideRow): Ban | null {
  return reason === null ? null : { reason, until };
}

/** Resets as rows of the same shape: a scope, and the policy version. */
function resetsAsParts(): RawBuilder<CandidateRow> {
  const columns = CANDIDATE_COLUMNS.map((column) => {
    if (column === "id") return sql`scope as id`;
    if (column === "born_pol") return sql`pol as born_pol`;
    return column === "status" ? sql`${sql.lit(RESET)} as status` : sql`null as ${sql.ref(column)}`;
  });
  return sql<CandidateRow>`select ${sql.join(columns)} from hufu_resets`;
}

function isReset(row: Row): row is Row & { readonly id: string; readonly born_pol: number } {
  return String(row.status) === RESET;
}

function isCandidate(row: Row): row is BesideRow & CandidateRow {
  return row.id !== null && !isReset(row);
}
