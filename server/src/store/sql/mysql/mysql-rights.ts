import { sql } from "kysely";
import { HufuError } from "../../../core/errors/errors.ts";
import { type DatabaseFinding, errorFinding } from "../database-finding.ts";
import type { SqlDatabase } from "../dialect.ts";

/** "Command denied to this user", for a table or a column. */
const DENIED: ReadonlySet<unknown> = new Set([1142, 1143]);

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
      await sql`insert into hufu_counters select * from hufu_counters where 1 = 0`.execute(db);
      await sql`update hufu_counters set value = value where 1 = 0`.execute(db);
      await sql`delete from hufu_counters where 1 = 0`.execute(db);
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
