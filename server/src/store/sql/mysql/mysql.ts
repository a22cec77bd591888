import { type ColumnDefinitionBuilder, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from "kysely";
import { within } from "../../../core/deadline.ts";
import { HufuError } from "../../../core/errors.ts";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import { createPooledDatabase } from "../pool/pooled-database.ts";
import type { Patience, ServerAnswer, ServerConnection } from "../pool/server-pool.ts";
import { mysqlFault } from "./mysql-faults.ts";
import type { MysqlConnection, MysqlPool, MysqlValue } from "./mysql-pool.ts";

/** The driver itself waits for a connection as long as it takes. */
const CONNECT_MS = 3000;
const ANSWER_MS = 6000;
const MIGRATION_S = 600;
const LOCK_S = 3;

/** MySQL and MariaDB: no text type compares bytes and blanks at the end, so what is looked up is kept as bytes. */
export const mysqlDifferences: Differences = Object.freeze<Differences>({
  name: "mysql",
  // The time of the statement's beginning, so that an index on an instant can be used; whole, and in UTC: see `SETTINGS`.
  now: sql<number>`cast(floor(unix_timestamp(now(3)) * 1000) as signed)`,
  forUpdate: (query) => query.forUpdate(),
  tableNamed: (name) => sql`
    select 1 as found from information_schema.tables where table_schema = database() and table_name = ${name}
  `,
  columns: Object.freeze({
    // Three of these make an index of 1536 bytes; InnoDB's longest has 3072.
    word: sql`varbinary(512)`,
    text: sql`mediumtext character set utf8mb4 collate utf8mb4_bin`,
    whole: sql`bigint`,
    serial: sql`bigint`,
    serialKey: (column: ColumnDefinitionBuilder) => column.primaryKey().autoIncrement().notNull(),
    tableEnd: sql`engine = InnoDB default character set utf8mb4 collate utf8mb4_bin`,
  }),
  createAdapter: () => new MysqlAdapter(),
  createIntrospector: (db) => new MysqlIntrospector(db),
  createQueryCompiler: () => new MysqlQueryCompiler(),
});

/** What each connection is told once. An hour that comes twice in the local time would not be known from now(). */
const SETTINGS = [
  `set session time_zone = '+00:00', autocommit = 1, innodb_lock_wait_timeout = ${LOCK_S}, lock_wait_timeout = ${LOCK_S},
    sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'`,
  // Units lock what they depend on, and read what is committed by then: not what was when they began.
  "set session transaction isolation level read committed",
];

/** MySQL 8 or MariaDB through a pool of `mysql2/promise`, which from now on belongs to this database. */
export function openMysql(pool: MysqlPool): SqlDatabase {
  const ready = new WeakSet<MysqlConnection["connection"]>();

  async function prepare(lent: MysqlConnection): Promise<void> {
    const { connection } = lent;
    if (ready.has(connection)) return;
    // Without a listener Node would end the process when it is lost between two statements; the next statement tells.
    connection.on("error", () => undefined);
    for (const setting of SETTINGS) await within({ ms: ANSWER_MS }, () => lent.query(setting));
    const [rows] = await within({ ms: ANSWER_MS }, () => lent.query("select @@global.read_only + 0 as only_reads"));
    // A replica would answer what was true some time ago.
    if (!JSON.stringify(rows).includes('"only_reads":0'))
      throw new Error("the server only reads: it is not the primary");
    ready.add(connection);
  }

  async function borrow(patience: Patience): Promise<ServerConnection> {
    const coming = pool.getConnection();
    const lent = await within({ ms: CONNECT_MS }, () => coming).catch((error: unknown) => {
      coming.then(
        (late) => late.release(),
        () => undefined,
      );
      throw error;
    });
    try {
      await prepare(lent);
      if (patience === "whenever") await lent.query(`set session lock_wait_timeout = ${MIGRATION_S}`);
    } catch (error) {
      lent.destroy();
      throw error;
    }
    const answerMs = patience === "soon" ? ANSWER_MS : MIGRATION_S * 1000;
    return {
      run: async <Row>(text: string, values: readonly unknown[]) => {
        // Not every statement can be prepared, and those that cannot have no values.
        const asked = values.length === 0 ? lent.query(text) : lent.execute(text, values.map(bound));
        const [result] = await within({ ms: answerMs }, () => asked);
        return answerOf<Row>(result);
      },
      release: (isBroken) => {
        if (isBroken || patience === "whenever") lent.destroy();
        else lent.release();
      },
    };
  }

  return createPooledDatabase({
    pool: { borrow, faultOf: mysqlFault, end: () => pool.end() },
    differences: mysqlDifferences,
    begin: "start transaction",
    migrate: (patient: Db, run) =>
      patient.connection().execute(async (db) => {
        // Each statement that makes a table commits by itself here: only a lock of the connection outlives it.
        const { rows } = await sql<{ got: number | null }>`
          select get_lock(concat('hufu_migration.', md5(database())), ${sql.lit(MIGRATION_S)}) as got
        `.execute(db);
        if (rows[0]?.got !== 1) throw new HufuError("store_unavailable", { retryAfter: 1, detail: "migrations wait" });
        // The connection is thrown away afterwards, and the lock with it.
        return run(db);
      }),
  });
}

/** Numbers as digits: the driver would send doubles, which MySQL refuses behind \`limit\`. */
function bound(value: unknown): MysqlValue {
  if (value === null || typeof value === "string") return value;
  if (Number.isSafeInteger(value)) return String(value);
  throw new TypeError(`a statement cannot hold this ${typeof value}`);
}

function answerOf<Row>(result: unknown): ServerAnswer<Row> {
  if (Array.isArray(result)) return { rows: result.map(withoutBytes) as Row[] };
  const changed: unknown = typeof result === "object" && result !== null && Reflect.get(result, "affectedRows");
  return { rows: [], numAffectedRows: BigInt(typeof changed === "number" ? changed : 0) };
}

/** What is kept as bytes is text to everybody else. */
function withoutBytes(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const copy: Record<string, unknown> = {};
  for (const name in row) {
    const value = row[name];
    copy[name] = Buffer.isBuffer(value) ? value.toString("utf8") : value;
  }
  return copy;
}
