import { type CompiledQuery, sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { capacityFinding, type PoolCapacity } from "../capacity-finding.ts";
import { type DatabaseFinding, errorFinding, warningFinding } from "../database-finding.ts";
import type { CheckReadings, Db, SqlDatabase } from "../dialect.ts";
import { reading } from "../one-message/reading.ts";
import { type Rights, rightsFindings, selectRights } from "./postgres-rights.ts";

export interface PostgresSituation extends PoolCapacity {
  /** Does a pooler stand between? Read after the first connection. */
  readonly isPooled: () => boolean;
  /** Is there a pool for LISTEN past the pooler? */
  readonly hasDirect: boolean;
}

/** Settings as PostgreSQL reports them. */
interface Settings {
  readonly server_encoding: string;
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly allowed: number;
}

/** In a unit of work, where a pooler's limits would hold. */
interface Limits {
  readonly statement_timeout: string;
  readonly lock_timeout: string;
  readonly stalled: string;
}

/** @throws HufuError `store_unavailable` if the server cannot be asked */
export async function checkPostgres(
  database: Pick<SqlDatabase, "reader" | "write">,
  situation: PostgresSituation,
): Promise<readonly DatabaseFinding[]> {
  const { reader } = database;
  const settings = only((await reader.executeQuery(selectSettings(reader))).rows);
  const rights = only((await reader.executeQuery(selectRights(reader))).rows);
  return findingsOf({ settings, rights, limits: await limitsOf(database) }, situation);
}

/** The same, asked together: the message itself is the unit of work in which the limits hold. */
export function postgresCheckReadings(
  { reader }: Pick<SqlDatabase, "reader">,
  situation: PostgresSituation,
): CheckReadings {
  const settings = reading(selectSettings(reader), only);
  const rights = reading(selectRights(reader), only);
  const limits = reading(selectLimits(reader), only);
  return {
    readings: [settings, rights, limits],
    findings: (answerOf) =>
      findingsOf({ settings: answerOf(settings), rights: answerOf(rights), limits: answerOf(limits) }, situation),
  };
}

interface PostgresFacts {
  readonly settings: Settings;
  readonly rights: Rights;
  readonly limits: Limits | "no units";
}

function findingsOf(facts: PostgresFacts, situation: PostgresSituation): readonly DatabaseFinding[] {
  const { settings } = facts;
  const { isPooled, hasDirect } = situation;
  const findings: DatabaseFinding[] = [];
  if (settings.server_encoding !== "UTF8") {
    findings.push(
      errorFinding(
        `database: its encoding is ${settings.server_encoding}, which cannot hold every text; create it anew with encoding UTF8`,
      ),
    );
  }
  if (settings.synchronous_commit === "off") {
    findings.push(
      warningFinding(
        "database: synchronous_commit is off, so a crash can bring back a session that was ended; set it to on",
      ),
    );
  }
  if (settings.fsync === "off") {
    findings.push(
      warningFinding(
        "database: fsync is off, so a crash of the machine can destroy the database; set it to on in production",
      ),
    );
  }
  findings.push(...rightsFindings(facts.rights), ...unitFindings(facts.limits));
  if (isPooled() && !hasDirect) {
    findings.push(
      warningFinding(
        "database: a pooler such as PgBouncer stands before it, which hides LISTEN, so nodes poll every 500 ms; name the server itself in databaseDirect, or use redis",
      ),
    );
  }
  // Behind a pooler the server's number says nothing about this node's connections.
  if (!isPooled()) findings.push(...capacityFinding(situation, settings.allowed, "max_connections"));
  return findings;
}

function selectSettings(db: Db): CompiledQuery<Settings> {
  return sql<Settings>`
    select current_setting('server_encoding') as server_encoding,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('fsync') as fsync,
      least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - coalesce(current_setting('reserved_connections', true), '0')::int,
        (select case when rolconnlimit < 0 then 1000000 else rolconnlimit end
          from pg_catalog.pg_roles where rolname = current_user),
        (select case when datconnlimit < 0 then 1000000 else datconnlimit end
          from pg_catalog.pg_database where datname = current_database())
      ) as allowed
  `.compile(db);
}

/** What holds in a unit of work: a pooler may have lost what the connection was told when it was opened. */
function unitFindings(limits: Limits | "no units"): readonly DatabaseFinding[] {
  if (limits === "no units") {
    return [
      errorFinding("database: the pooler allows no transactions, and Hufu needs them; set its pool_mode = transaction"),
    ];
  }
  const missing = [
    ...(limits.statement_timeout === "0" ? ["statement_timeout"] : []),
    ...(limits.lock_timeout === "0" ? ["lock_timeout"] : []),
    ...(limits.stalled === "0" ? ["idle_in_transaction_session_timeout"] : []),
  ];
  if (missing.length === 0) return [];
  return [
    warningFinding(
      `database: no limit is set for ${missing.join(", ")}, so a process that has stalled can block the others; give the store limits, or set them with alter database`,
    ),
  ];
}

async function limitsOf(database: Pick<SqlDatabase, "write">): Promise<Limits | "no units"> {
  try {
    return only((await database.write((db) => db.executeQuery(selectLimits(db)))).rows);
  } catch (error) {
    const cause = error instanceof HufuError ? error.cause : undefined;
    // PgBouncer's message; it has no code of its own.
    if (cause instanceof Error && cause.message.includes("transaction blocks not allowed")) return "no units";
    throw error;
  }
}

function selectLimits(db: Db): CompiledQuery<Limits> {
  return sql<Limits>`
    select current_setting('statement_timeout') as statement_timeout,
      current_setting('lock_timeout') as lock_timeout,
      current_setting('idle_in_transaction_session_timeout') as stalled
  `.compile(db);
}

function only<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new TypeError("PostgreSQL answered no settings");
  return row;
}
