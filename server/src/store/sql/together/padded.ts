import type { Db } from "../dialect.ts";
import type { Prepared } from "../statements/prepared/prepared.ts";

/** The values of a statement, by their places. */
export type ByPlace = Readonly<Record<number, unknown>>;

/**
 * A statement about a list, where the database takes none: prepared for 1, 2, 4 … rows, and what is missing to the next size
 * is the last row once more. Few sizes, because each is a statement that the server keeps for each connection.
 * @param width values of each row
 * @returns what runs it for the values of the rows, row after row; at least one row
 */
export function preparePadded<Row>(
  width: number,
  build: (places: readonly number[], size: number) => Prepared<ByPlace, Row>,
): (db: Db, values: readonly unknown[]) => ReturnType<Prepared<ByPlace, Row>> {
  const made = new Map<number, Prepared<ByPlace, Row>>();
  const sized = (size: number): Prepared<ByPlace, Row> => {
    const known = made.get(size);
    if (known !== undefined) return known;
    const statement = build(
      Array.from({ length: size * width }, (_, place) => place),
      size,
    );
    made.set(size, statement);
    return statement;
  };
  return async (db, values) => {
    const rows = values.length / width;
    const size = 2 ** Math.ceil(Math.log2(rows));
    const padded = [...values];
    for (let row = rows; row < size; row += 1) padded.push(...values.slice(-width));
    return sized(size)(db, padded);
  };
}
