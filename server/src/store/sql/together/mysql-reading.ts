import { sql } from "kysely";
import type { BatchStatements, Db, Differences } from "../dialect.ts";
import { prepare } from "../statements/prepared/prepared.ts";
import { factsById, factsQuery, type MaybeFactsRow } from "../statements/sessions/mint-facts.ts";
import { type ByPlace, preparePadded } from "./padded.ts";

/**
 * A list that is joined, not `in (…)`: on the inner side of an outer join MariaDB would read the whole table for that. The
 * server plans anew each time, and finds each session by its index.
 */
export function prepareMysqlReading(db: Db, differences: Differences): BatchStatements["find"] {
  const isIt = sql<boolean>`hufu_sessions.id = cast(wanted.id as binary)`;
  const read = preparePadded<MaybeFactsRow>(1, (places) =>
    prepare<ByPlace, MaybeFactsRow>(places, (holes) => {
      const rows = places.map((place) => sql`select ${holes[place]} as id`);
      return factsQuery(db, differences, isIt, sql`(${sql.join(rows, sql` union all `)})`.as("wanted"));
    }),
  );
  return async (open, ids) => factsById(ids, (await read(open, ids)).rows);
}
