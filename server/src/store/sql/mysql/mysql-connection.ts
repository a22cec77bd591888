import type { QueryResult } from "kysely";
import { within } from "../../../core/time/deadline.ts";
import { ReadOnlySettingError } from "../pool/read-only-setting.ts";
import type { Patience, ServerConnection, ServerPool, UnitStatement } from "../pool/server-pool.ts";
import { mysqlFault } from "./mysql-faults.ts";
import type { MysqlConnection, MysqlPool, MysqlValue } from "./mysql-pool.ts";

/** The driver itself waits for a connection without limit. */
const CONNECT_MS = 3000;
const ANSWER_MS = 6000;
const LOCK_S = 3;
/** A connection that is not used for so long is closed; the server's own limit may be seconds or hours. */
const IDLE_S = 600;
/** What a process has locked is free again so long after it stalled. */
const STALLED_S = 10;
/** How long a migration waits for those of other nodes. */
export const MIGRATION_S = 600;
/** Reading, changing and inserting wait until this node of a Galera cluster has what the others have committed. */
export const GALERA_SYNC = 7;
/** As many rows as a table can have. */
const UNLIMITED = "18446744073709551615";
/** In the driver's `serverStatus`: a transaction is open. */
const IN_TRANSACTION = 1;

/**
 * What each connection is told once: the server's own settings are made for other programs. An hour that comes twice in the
 * local time would not be known from now().
 */
const SETTINGS = [
  // The server's default may be utf8mb3, which loses every emoji.
  "names utf8mb4",
  `session time_zone = '+00:00', autocommit = 1, innodb_lock_wait_timeout = ${LOCK_S}, lock_wait_timeout = ${LOCK_S},
    wait_timeout = ${IDLE_S}, sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'`,
  // Each of these refuses statements, cuts answers short, or begins the next unit by itself.
  `session sql_safe_updates = 0, sql_big_selects = 1, sql_select_limit = ${UNLIMITED}, completion_type = 'NO_CHAIN'`,
];
/**
 * What the two name differently, in comments that only one of them carries out. Units lock what they depend on, and read what
 * is committed by then: not what was when they began. A limit for other programs' reports would end a migration; statements
 * here have a deadline of their own. MySQL keeps a stalled process's locks until the connection is closed.
 */
const OF_MARIADB = `/*M!100300 , session tx_isolation = 'READ-COMMITTED', session max_statement_time = 0,
  session idle_transaction_timeout = ${STALLED_S} */`;
const OF_MYSQL = "/*!80000 , session transaction_isolation = 'READ-COMMITTED', session max_execution_time = 0 */";
const FIRST_WORDS = `set ${SETTINGS.join(", ")} ${OF_MARIADB} ${OF_MYSQL}`;
/** Named differently by MySQL and by MariaDB. */
const ONLY_READS = ["transaction_read_only", "tx_read_only"];
const ISOLATION = ["transaction_isolation", "tx_isolation"];
const STATEMENT_LIMITS = ["max_execution_time", "max_statement_time"];
const STALLED_LIMIT = "idle_transaction_timeout";
/** Variables that only some servers have. */
const VARIABLES = `show session variables where variable_name in
  ('version', 'read_only', 'wsrep_on', 'group_replication_group_name', '${[...ONLY_READS, ...ISOLATION, ...STATEMENT_LIMITS, STALLED_LIMIT].join("', '")}')`;
const CONTROL: Readonly<Record<UnitStatement, string>> = {
  begin: "start transaction",
  commit: "commit",
  rollback: "rollback",
};

/** Connections of a pool, each made ready once. */
export interface MysqlConnections {
  borrow(patience: Patience): Promise<ServerConnection>;
  readonly readTogether: NonNullable<ServerPool["readTogether"]>;
  /** Is it MariaDB, and not MySQL? Known once a connection was borrowed. */
  isMariadb(): boolean;
}

export function createMysqlConnections(pool: MysqlPool): MysqlConnections {
  const ready = new WeakSet<MysqlConnection["connection"]>();
  let isMariadb = false;

  /** @param readings ride along; what they are answered counts only where nothing was left to be set for them */
  async function prepare(lent: MysqlConnection, readings: readonly string[] = []): Promise<Answers | undefined> {
    const { connection } = lent;
    if (ready.has(connection)) return undefined;
    // A connection that is lost between two statements would end the process; the next statement tells.
    connection.on("error", () => undefined);
    const tell = async (text: string): Promise<unknown> => (await within({ ms: ANSWER_MS }, () => lent.query(text)))[0];
    await tellFirst(tell);
    const { variables, answers } = await variablesAnd(readings, tell);
    isMariadb = (variables.get("version") ?? "").includes("MariaDB");
    // A replica would answer what was true some time ago.
    if (!isOff(variables.get("read_only"))) throw new Error("the server only reads: it is not the primary");
    const setting = ONLY_READS.find((name) => !isOff(variables.get(name)));
    if (setting !== undefined) {
      throw new ReadOnlySettingError(
        `database: ${setting} is on, so nothing can be written; set it to off in the server's configuration`,
      );
    }
    const left = leftToSet(variables);
    for (const setting of left) await tell(`set session ${setting}`);
    ready.add(connection);
    return left.length === 0 ? answers : undefined;
  }

  const connect = async (): Promise<MysqlConnection> => {
    const coming = pool.getConnection();
    return within({ ms: CONNECT_MS }, () => coming).catch((error: unknown) => {
      coming.then(
        (late) => late.release(),
        () => undefined,
      );
      throw error;
    });
  };

  const borrow = async (patience: Patience): Promise<ServerConnection> => {
    const lent = await connect();
    try {
      await prepare(lent);
      if (patience === "whenever") await lent.query(`set session lock_wait_timeout = ${MIGRATION_S}`);
    } catch (error) {
      lent.destroy();
      throw error;
    }
    const answerMs = patience === "soon" ? ANSWER_MS : MIGRATION_S * 1000;
    return Object.freeze<ServerConnection>({
      async run<Row>(text: string, values: readonly unknown[]) {
        // Not every statement can be prepared, and those that cannot have no values.
        const asked = values.length === 0 ? lent.query(text) : lent.execute(text, values.map(bound));
        const [result] = await within({ ms: answerMs }, () => asked);
        return answerOf<Row>(result);
      },
      async control(statement) {
        const [result] = await within({ ms: answerMs }, () => lent.query(CONTROL[statement]));
        return carriedOut(statement, result);
      },
      release: (isBroken) => {
        if (isBroken || patience === "whenever") lent.destroy();
        else lent.release();
      },
    });
  };
  const readTogether = async (texts: readonly string[]): Promise<Answers | undefined> => {
    const lent = await connect();
    try {
      const answers = await prepare(lent, texts);
      lent.release();
      return answers;
    } catch (error) {
      lent.destroy();
      throw error;
    }
  };
  return Object.freeze<MysqlConnections>({ borrow, readTogether, isMariadb: () => isMariadb });
}

/** As one statement; of a server that lacks one of the variables only what each of them knows. */
async function tellFirst(tell: (text: string) => Promise<unknown>): Promise<void> {
  try {
    await tell(FIRST_WORDS);
  } catch (error) {
    if (mysqlFault(error).kind === "silent") throw error;
    for (const setting of SETTINGS) await tell(`set ${setting}`);
  }
}

/** The rows of each reading. */
type Answers = readonly (readonly unknown[])[];

/**
 * MariaDB carries out one compound statement; to MySQL, which knows none, all but the variables is a comment. After a refusal
 * the variables are asked alone.
 */
async function variablesAnd(
  readings: readonly string[],
  tell: (text: string) => Promise<unknown>,
): Promise<{ readonly variables: ReadonlyMap<string, string>; readonly answers: Answers | undefined }> {
  if (readings.length > 0) {
    try {
      const results = await tell(
        `/*M!100300 begin not atomic */ ${VARIABLES} /*M!100300 ; ${readings.join("; ")}; end */`,
      );
      const [first, ...answers] = rowsOfEach(results);
      return { variables: variablesIn(first), answers: answers.length === readings.length ? answers : undefined };
    } catch (error) {
      if (mysqlFault(error).kind === "silent") throw error;
    }
  }
  return { variables: variablesIn(await tell(VARIABLES)), answers: undefined };
}

/** Of one statement the driver answers the rows themselves, of several a list of such, and what became of the whole. */
function rowsOfEach(results: unknown): Answers {
  if (!Array.isArray(results)) return [];
  const lists: unknown[][] = results.filter((result) => Array.isArray(result));
  return lists.length === 0 ? [results] : lists.map((rows) => answerOf(rows).rows);
}

/** What the first words could not set, because only some servers have it or because something stripped them of comments. */
function leftToSet(variables: ReadonlyMap<string, string>): readonly string[] {
  const left: string[] = [];
  if (!ISOLATION.some((name) => variables.get(name) === "READ-COMMITTED")) {
    left.push("transaction isolation level read committed");
  }
  for (const name of STATEMENT_LIMITS) if (Number(variables.get(name) ?? 0) !== 0) left.push(`${name} = 0`);
  const stalled = variables.get(STALLED_LIMIT);
  if (stalled !== undefined && Number(stalled) !== STALLED_S) left.push(`${STALLED_LIMIT} = ${STALLED_S}`);
  if (!isOff(variables.get("wsrep_on"))) left.push(`wsrep_sync_wait = ${GALERA_SYNC}, wsrep_dirty_reads = off`);
  if ((variables.get("group_replication_group_name") ?? "") !== "") {
    left.push("group_replication_consistency = 'BEFORE'");
  }
  return left;
}

function variablesIn(rows: unknown): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  if (!Array.isArray(rows)) return variables;
  for (const row of rows) variables.set(String(row.Variable_name).toLowerCase(), String(row.Value));
  return variables;
}

/** Some versions say `OFF`, some `0`; a server without the variable has nothing to switch on. */
function isOff(value: string | undefined): boolean {
  return value === undefined || value === "OFF" || value === "0";
}

/** Every answer of the server says whether a transaction is open now. */
function carriedOut(statement: UnitStatement, result: unknown): UnitStatement | undefined {
  const status: unknown = typeof result === "object" && result !== null && Reflect.get(result, "serverStatus");
  if (typeof status !== "number") return undefined;
  const isOpen = (status & IN_TRANSACTION) !== 0;
  if (statement === "begin") return isOpen ? "begin" : "rollback";
  return isOpen ? "begin" : statement;
}

/** Numbers as digits: the driver would send doubles, which MySQL refuses behind `limit`. */
function bound(value: unknown): MysqlValue {
  if (value === null || typeof value === "string") return value;
  if (Number.isSafeInteger(value)) return String(value);
  throw new TypeError(`a statement cannot hold this ${typeof value}`);
}

function answerOf<Row>(result: unknown): QueryResult<Row> {
  // A compound statement answers the rows of its `select`, then what became of the whole.
  if (Array.isArray(result) && Array.isArray(result[0])) return { rows: result[0].map(withoutBytes) as Row[] };
  if (Array.isArray(result)) return { rows: result.map(withoutBytes) as Row[] };
  const changed: unknown = typeof result === "object" && result !== null && Reflect.get(result, "affectedRows");
  return { rows: [], numAffectedRows: BigInt(typeof changed === "number" ? changed : 0) };
}

/** Columns of bytes are text outside this file. */
function withoutBytes(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copy: Record<string, unknown> = {};
  for (const name in row) {
    const value = row[name];
    copy[name] = Buffer.isBuffer(value) ? value.toString("utf8") : value;
  }
  return copy;
}
