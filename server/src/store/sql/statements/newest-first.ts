import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Place } from "../../directory.ts";

/** Before the newest. A list that begins there is found in the index as any other place is. */
const BEGINNING: Place<string> = { at: Number.MAX_SAFE_INTEGER, id: "" };

/**
 * Does a row come after this place in a list that begins with the newest? Said so that every database finds the place in
 * an index on the two columns; MySQL does not for a comparison of pairs.
 * @param at column of the time
 * @param id column of the id
 */
export function comesAfter(at: string, id: string, after: Place<string> | null): RawBuilder<SqlBool> {
  const place = after ?? BEGINNING;
  const [time, name] = [sql.ref(at), sql.ref(id)];
  return sql<SqlBool>`${time} <= ${place.at} and (${time} < ${place.at} or ${name} < ${place.id})`;
}
