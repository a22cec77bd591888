import { sql } from "kysely";
import type { SessionId } from "../../../core/ids.ts";
import type { BatchStatements, Db } from "../dialect.ts";
import type { SessionRow } from "../schema.ts";
import { changed, prepare } from "../statements/prepared/prepared.ts";
import { CHANGING_COLUMNS } from "../statements/sessions/session-row.ts";
import { type ByPlace, preparePadded } from "./padded.ts";

const COLUMNS = ["id", ...CHANGING_COLUMNS] as const;

/** Takes the rows that are free, and then writes those that are as they were read: which win is known between the two. */
export function prepareMysqlChange(db: Db): BatchStatements["compareAndSet"] {
  const take = preparePadded<Pick<SessionRow, "id" | "version">>(1, (places) =>
    prepare<ByPlace, Pick<SessionRow, "id" | "version">>(places, (holes) => ({
      compile: () =>
        sql<Pick<SessionRow, "id" | "version">>`
          select id, version from hufu_sessions force index (primary)
          where id in (${sql.join(places.map((place) => holes[place]))}) and status = 'active'
          for update skip locked
        `.compile(db),
    })),
  );
  const write = preparePadded<unknown>(COLUMNS.length, (places, size) =>
    prepare<ByPlace, unknown>(places, (holes) => ({
      compile: () => {
        const rows = Array.from({ length: size }, (_, row) => {
          const values = COLUMNS.map((name, at) => sql`${holes[row * COLUMNS.length + at]} as ${sql.ref(name)}`);
          return sql`select ${sql.join(values)}`;
        });
        const changes = CHANGING_COLUMNS.map((name) => sql`hufu_sessions.${sql.ref(name)} = wanted.${sql.ref(name)}`);
        // In this order, so that each row is found by its index, also where the server takes the table for small.
        return sql`
          update (${sql.join(rows, sql` union all `)}) as wanted
          straight_join hufu_sessions force index (primary) on hufu_sessions.id = cast(wanted.id as binary)
          set ${sql.join(changes)}
        `.compile(db);
      },
    })),
  );

  return async (open, wanted) => {
    const ids = wanted.map(({ id }) => id);
    const { rows } = await take(open, ids);
    const versions = new Map(rows.map(({ id, version }) => [id, version]));
    const winners = wanted.filter(({ id, version }) => versions.get(id) === version - 1);
    if (winners.length === 0) return new Set();
    const written = changed(await write(open, winners.flatMap(valuesOf)));
    // They are held: what is not written now is a mistake here, and must not be told as done.
    if (written < winners.length)
      throw new TypeError(`${written} of ${winners.length} rows that are held were written`);
    return new Set<SessionId>(winners.map(({ id }) => id));
  };
}

function valuesOf(row: SessionRow): readonly unknown[] {
  return COLUMNS.map((name) => row[name]);
}
