import { type CompiledQuery, sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { type DatabaseFinding, errorFinding } from "../database-finding.ts";
import type { Db, SqlDatabase } from "../dialect.ts";

/** "Command denied to this user", for a table or a column. */
const DENIED: ReadonlySet<unknown> = new Set([1142, 1143]);

/** Each concerns no row. */
const ATTEMPTS = [
  "insert into hufu_counters select * from hufu_counters where 1 = 0",
  "update hufu_counters set value = value where 1 = 0",
  "delete from hufu_counters where 1 = 0",
];

/** The same as a part of a compound statement, where each part commits by itself. */
export function tryRights(db: Db): CompiledQuery<unknown> {
  return sql.raw([...ATTEMPTS, "select 1 as tried"].join("; ")).compile(db);
}

/**
 * A missing right looks like an outage that never ends: reading works, and every sign-in is 503. What a user may do is asked
 * by doing it to no row: rights may come by roles, which no table of the server shows as they count.
 */
export async function rightsFindings(
  database: Pick<SqlDatabase, "reader" | "write">,
): Promise<readonly DatabaseFinding[]> {
  const { rows } = await sql`show tables like 'hufu\\_counters'`.execute(database.reader);
  if (rows.length === 0) return [];
  try {
    await database.write(async (db) => {
      for (const attempt of ATTEMPTS) await sql.raw(attempt).execute(db);
    });
    return [];
  } catch (error) {
    const cause = error instanceof HufuError ? error.cause : undefined;
    // Anything else is told where it matters.
    if (!(cause instanceof Error && "errno" in cause && DENIED.has(cause.errno))) return [];
    const grant = "grant select, insert, update, delete on the whole database to this user";
    return [errorFinding(`database: this user may not write the tables: ${grant}`)];
  }
}
