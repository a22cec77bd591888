import { sql } from "kysely";
import type { SessionId } from "../../../core/ids.ts";
import type { BatchStatements, Db, Differences } from "../dialect.ts";
import { prepare } from "../statements/prepared/prepared.ts";
import { factsById, factsQuery, type MaybeFactsRow } from "../statements/sessions/mint-facts.ts";

/** A list, so that it is one statement for any number; a limit, so that each session is found by its index at any size. */
export function preparePostgresReading(db: Db, differences: Differences): BatchStatements["find"] {
  const read = prepare<{ readonly ids: readonly SessionId[] }, MaybeFactsRow>(["ids"], ({ ids }) => ({
    compile: () => {
      const one = factsQuery(db, differences, sql<boolean>`hufu_sessions.id = wanted.id`).limit(1);
      return sql<MaybeFactsRow>`
        select facts.* from unnest(${ids}::text[]) as wanted (id) cross join lateral ${one} as facts
      `.compile(db);
    },
  }));
  return async (open, ids) => factsById(ids, (await read(open, { ids })).rows);
}
