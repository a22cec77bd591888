import { type RawBuilder, sql } from "kysely";
import type { SessionId } from "../../../core/ids.ts";
import type { BatchStatements, Db } from "../dialect.ts";
import type { SessionRow } from "../schema.ts";
import { prepare } from "../statements/prepared/prepared.ts";
import { CHANGING_COLUMNS } from "../statements/sessions/session-row.ts";

const COLUMNS = ["id", ...CHANGING_COLUMNS] as const;
type Column = (typeof COLUMNS)[number];
/** Each column's values, in the order of the rows. */
type Lists = Readonly<Record<Column, readonly SessionRow[Column][]>>;

const WHOLE: ReadonlySet<Column> = new Set([
  "version",
  "generation",
  "last_used_at",
  "idle_until",
  "absolute_until",
  "clock",
  "auth_time",
] as const);

/**
 * One statement for any number of sessions. The rows that are free are taken first, because one that is held would hold up
 * all the others; then they are written.
 *
 * The plan must find each row by its index, also one that was made when the table was empty. A limit does that for the first
 * half. `one = 1` does it for the second: a comparison with a column of which nothing is known counts as rare, so that the
 * planner expects a single row there and does not read the table for it.
 */
export function preparePostgresChange(db: Db): BatchStatements["compareAndSet"] {
  const write = prepare<Lists, { readonly id: SessionId }>(COLUMNS, (lists) => ({
    compile: () => {
      const values = sql.join(COLUMNS.map((name) => list(lists[name], WHOLE.has(name))));
      const names = sql.join(COLUMNS.map((name) => sql.ref(name)));
      const changes = sql.join(CHANGING_COLUMNS.map((name) => sql`${sql.ref(name)} = free.${sql.ref(name)}`));
      return sql<{ readonly id: SessionId }>`
        with free as materialized (
          select wanted.*, 1 as one from unnest(${values}) as wanted (${names}) cross join lateral (
            select 1 from hufu_sessions as held
            where held.id = wanted.id and held.version = wanted.version - 1 and held.status = 'active'
            limit 1 for no key update skip locked
          ) as held
        )
        update hufu_sessions set ${changes} from free
        where hufu_sessions.id = free.id and free.one = 1
          and hufu_sessions.version = free.version - 1 and hufu_sessions.status = 'active'
        returning hufu_sessions.id
      `.compile(db);
    },
  }));
  return async (open, rows) => {
    const lists: Partial<Record<Column, readonly SessionRow[Column][]>> = {};
    for (const name of COLUMNS) lists[name] = rows.map((row) => row[name]);
    const { rows: written } = await write(open, lists as Lists);
    return new Set(written.map(({ id }) => id));
  };
}

function list(values: RawBuilder<unknown>, isWhole: boolean): RawBuilder<unknown> {
  return isWhole ? sql`${values}::bigint[]` : sql`${values}::text[]`;
}
