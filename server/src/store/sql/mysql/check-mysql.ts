import { type CompiledQuery, sql } from "kysely";
import { capacityFinding, type PoolCapacity } from "../capacity-finding.ts";
import { type DatabaseFinding, errorFinding, warningFinding } from "../database-finding.ts";
import type { CheckReadings, Db, SqlDatabase } from "../dialect.ts";
import { reading } from "../one-message/reading.ts";
import { GALERA_SYNC } from "./mysql-connection.ts";
import { rightsFindings, tryRights } from "./mysql-rights.ts";

/** One character of each length that UTF-8 has. */
const PROBE = "aé虎📱";
const NAMES = [
  "wsrep_on",
  "wsrep_sync_wait",
  "log_bin",
  "binlog_format",
  "innodb_flush_log_at_trx_commit",
  "max_allowed_packet",
  "max_connections",
  "max_user_connections",
];

/** More than the longest statement takes: 64 audit records at once. */
const PACKET_LEAST = 1_048_576;

/** What a pool of `mysql2` says about itself. */
export interface MysqlPoolFacts extends PoolCapacity {
  /** Its TLS options; absent where it uses none. */
  readonly ssl: unknown;
}

/** @throws HufuError `store_unavailable` if the server cannot be asked */
export async function checkMysql(
  database: Pick<SqlDatabase, "reader" | "write">,
  facts: MysqlPoolFacts,
): Promise<readonly DatabaseFinding[]> {
  const { reader } = database;
  const settings = settingsFrom((await reader.executeQuery(selectSettings(reader))).rows);
  const [echo] = (await reader.executeQuery(selectEcho(reader))).rows;
  return findingsOf({ settings, echo: echo?.hex, rights: await rightsFindings(database) }, facts);
}

/** The same, asked together: a server that refuses a right refuses all of it. */
export function mysqlCheckReadings({ reader }: Pick<SqlDatabase, "reader">, facts: MysqlPoolFacts): CheckReadings {
  const settings = reading(selectSettings(reader), settingsFrom);
  const echo = reading(selectEcho(reader), ([row]) => row?.hex);
  const rights = reading(tryRights(reader), () => []);
  return {
    readings: [settings, echo, rights],
    findings: (answerOf) =>
      findingsOf({ settings: answerOf(settings), echo: answerOf(echo), rights: answerOf(rights) }, facts),
  };
}

interface Variable {
  readonly Variable_name: string;
  readonly Value: string;
}

interface MysqlFacts {
  readonly settings: ReadonlyMap<string, string>;
  /** The probe as it arrived, in hexadecimal digits. */
  readonly echo: string | undefined;
  readonly rights: readonly DatabaseFinding[];
}

function selectSettings(db: Db): CompiledQuery<Variable> {
  return sql<Variable>`
    show session variables where variable_name in (${sql.join(NAMES.map((name) => sql.lit(name)))})
  `.compile(db);
}

function settingsFrom(rows: readonly Variable[]): ReadonlyMap<string, string> {
  return new Map(rows.map(({ Variable_name, Value }) => [Variable_name.toLowerCase(), Value.toUpperCase()]));
}

function selectEcho(db: Db): CompiledQuery<{ readonly hex: string }> {
  return sql<{ readonly hex: string }>`select hex(${sql.lit(PROBE)}) as hex`.compile(db);
}

function findingsOf(
  { settings, echo, rights }: MysqlFacts,
  { ssl, ...capacity }: MysqlPoolFacts,
): readonly DatabaseFinding[] {
  const isOn = (name: string): boolean => ["ON", "1"].includes(settings.get(name) ?? "OFF");

  const findings: DatabaseFinding[] = [];
  if (echo !== Buffer.from(PROBE).toString("hex").toUpperCase()) {
    findings.push(
      errorFinding(
        "database: the connection loses characters; remove charset from the URL or the pool's options, or set it to utf8mb4",
      ),
    );
  }
  if (isOn("wsrep_on") && (Number(settings.get("wsrep_sync_wait")) & GALERA_SYNC) !== GALERA_SYNC) {
    findings.push(
      errorFinding(
        `database: this is a Galera node whose wsrep_sync_wait is ${settings.get("wsrep_sync_wait")}, so it answers what was true some time ago; set wsrep_sync_wait = ${GALERA_SYNC}`,
      ),
    );
  }
  if (isOn("log_bin") && settings.get("binlog_format") === "STATEMENT") {
    findings.push(
      errorFinding("database: binlog_format is STATEMENT, which read committed cannot use; set it to ROW or MIXED"),
    );
  }
  const packet = Number(settings.get("max_allowed_packet"));
  if (packet < PACKET_LEAST) {
    findings.push(
      errorFinding(
        `database: max_allowed_packet is ${packet} bytes, and a statement may need up to ${PACKET_LEAST}; set it to 16M, which is MariaDB's default`,
      ),
    );
  }
  if ((settings.get("innodb_flush_log_at_trx_commit") ?? "1") !== "1") {
    findings.push(
      warningFinding(
        "database: innodb_flush_log_at_trx_commit is not 1, so a crash can bring back a session that was ended; set it to 1",
      ),
    );
  }
  if (typeof ssl === "object" && ssl !== null && Reflect.get(ssl, "verifyIdentity") !== true) {
    findings.push(
      warningFinding(
        "database: TLS does not check the server's name, so any certificate of that authority would do; set ssl.verifyIdentity to true",
      ),
    );
  }
  findings.push(...rights);
  findings.push(...capacityFinding(capacity, allowedOf(settings), "max_connections"));
  return findings;
}

/** Zero means that only the server's own limit holds. */
function allowedOf(settings: ReadonlyMap<string, string>): number {
  const all = Number(settings.get("max_connections"));
  const user = Number(settings.get("max_user_connections") ?? 0);
  return user > 0 ? Math.min(all, user) : all;
}
