import { type Compilable, type CompiledQuery, type QueryResult, type RawBuilder, sql } from "kysely";
import { assertWellFormed } from "../../../../core/well-formed.ts";
import type { Db } from "../../dialect.ts";

/** A place in a statement that a value fills at each call. */
type Hole<Values> = { readonly name: keyof Values };

/** Expressions for the values of a statement, by their names. */
export type Holes<Values> = { readonly [Name in keyof Values]-?: RawBuilder<Values[Name]> };

/** A statement that was built once; each call only brings its values. */
export interface Prepared<Values, Row> {
  (db: Db, values: Values): Promise<QueryResult<Row>>;
  /** The statement with its values, for one that sends it later. */
  bound(values: Values): CompiledQuery<Row>;
}

/**
 * Builds a statement once, because building one with Kysely costs more than SQLite needs to run it: with its first call,
 * because a start would otherwise wait for a hundred, and a short-lived process needs few.
 */
export function prepare<Values extends object, Row>(
  names: readonly (keyof Values & (string | number))[],
  build: (holes: Holes<Values>) => Compilable<Row>,
): Prepared<Values, Row> {
  const made = new Set<unknown>();
  const holes: Partial<Record<keyof Values, RawBuilder<unknown>>> = {};
  for (const name of names) {
    const hole: Hole<Values> = Object.freeze({ name });
    made.add(hole);
    holes[name] = sql`${hole}`;
  }
  const isHole = (value: unknown): value is Hole<Values> => made.has(value);

  const compiled = once(() => {
    const { query, queryId, sql: text, parameters } = build(holes as Holes<Values>).compile();
    // Sorted out once: an import brings thousands of values to a statement.
    const slots = parameters.map((slot) => ({ name: isHole(slot) ? slot.name : undefined, slot }));
    return { query, queryId, sql: text, slots };
  });
  const bound = (values: Values): CompiledQuery<Row> => {
    const { query, queryId, sql: text, slots } = compiled();
    for (const name of names) {
      const value: unknown = values[name];
      if (typeof value === "string") assertWellFormed(value, String(name));
    }
    const parameters = slots.map(({ name, slot }) => (name === undefined ? slot : values[name]));
    return { query, queryId, sql: text, parameters };
  };
  const run = (open: Db, values: Values): Promise<QueryResult<Row>> => {
    let query: CompiledQuery<Row>;
    try {
      query = bound(values);
    } catch (error) {
      // An executor that is called must reject, not throw.
      return Promise.reject(error);
    }
    return open.executeQuery<Row>(query);
  };
  return Object.assign(run, { bound });
}

function once<Result>(make: () => Result): () => Result {
  let made: Result | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** How many rows a statement changed. */
export function changed(result: QueryResult<unknown>): number {
  return Number(result.numAffectedRows ?? 0n);
}
