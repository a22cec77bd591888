import { type ColumnDefinitionBuilder, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler, sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import type { Db, Differences, SqlDatabase } from "../dialect.ts";
import { createSendTogether } from "../one-message/send-together.ts";
import { createPooledDatabase } from "../pool/pooled-database.ts";
import { prepareMysqlBatches } from "../together/mysql-batches.ts";
import { checkMysql, type MysqlPoolFacts, mysqlCheckReadings } from "./check-mysql.ts";
import { composeForMariadb } from "./mariadb-together.ts";
import { createMysqlConnections, MIGRATION_S } from "./mysql-connection.ts";
import { mysqlFault } from "./mysql-faults.ts";
import type { MysqlPool } from "./mysql-pool.ts";

/** The time of the statement's beginning, so that an index on an instant can be used; whole, and in UTC: see mysql-connection.ts. */
const NOW = "cast(floor(unix_timestamp(now(3)) * 1000) as signed)";

/** MySQL and MariaDB: no text type compares bytes and blanks at the end, so what is looked up is kept as bytes. */
export const mysqlDifferences: Differences = Object.freeze<Differences>({
  name: "mysql",
  now: sql.raw<number>(NOW),
  onlyReads: sql<number>`concat(@@global.read_only) not in ('0', 'OFF')`,
  equalsNullable: (column, value) => sql`${sql.ref(column)} = ${value}`,
  forUpdate: (query) => query.forUpdate(),
  rowsOf: async (_db, values, query) =>
    values.length === 0 ? [] : query((column) => sql`${sql.ref(column)} in (${sql.join(values)})`).execute(),
  tableNamed: (name) => sql`
    select 1 as found from information_schema.tables where table_schema = database() and table_name = ${name}
  `,
  batches: prepareMysqlBatches,
  columns: Object.freeze({
    // Three of these make an index of 1536 bytes; InnoDB's longest has 3072.
    word: sql`varbinary(512)`,
    text: sql`mediumtext character set utf8mb4 collate utf8mb4_bin`,
    whole: sql`bigint`,
    serial: sql`bigint`,
    serialKey: (column: ColumnDefinitionBuilder) => column.primaryKey().autoIncrement().notNull(),
    tableEnd: sql`engine = InnoDB default character set utf8mb4 collate utf8mb4_bin`,
    dropIndex: (index: string, table: string) => sql`drop index ${sql.id(index)} on ${sql.table(table)}`,
  }),
  createAdapter: () => new MysqlAdapter(),
  createIntrospector: (db) => new MysqlIntrospector(db),
  createQueryCompiler: () => new MysqlQueryCompiler(),
});

/**
 * MySQL 8 or MariaDB through a pool of `mysql2/promise`, which from now on belongs to this database.
 * @param processes with such a pool on this node
 */
export function openMysql(pool: MysqlPool, processes?: number): SqlDatabase {
  const connections = createMysqlConnections(pool);
  const database = createPooledDatabase({
    pool: {
      borrow: connections.borrow,
      readTogether: connections.readTogether,
      faultOf: mysqlFault,
      end: () => pool.end(),
    },
    poolSize: sizeOf(pool),
    differences: mysqlDifferences,
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
  const facts: MysqlPoolFacts = {
    poolSize: sizeOf(pool),
    processes,
    ssl: pool.pool?.config?.connectionConfig?.ssl,
  };
  return Object.freeze<SqlDatabase>({
    ...database,
    sendTogether: createSendTogether(composeForMariadb(NOW), connections.isMariadb),
    check: () => checkMysql(database, facts),
    checkReadings: () => mysqlCheckReadings(database, facts),
  });
}

/** How many connections the pool opens at most, where it says so. */
function sizeOf(pool: MysqlPool): number | undefined {
  const most: unknown = pool.pool?.config?.connectionLimit;
  return typeof most === "number" ? most : undefined;
}
