import type { Compilable } from "kysely";
import type { Db } from "../../dialect.ts";
import { type Holes, type Prepared, prepare } from "./prepared.ts";

/** How many rows one statement takes. Few sizes, because each is a statement that the database keeps prepared. */
const SIZES: readonly number[] = [64, 8, 1];

/**
 * A statement about any number of rows, built once for each size; rows go in their order.
 * @param sizes falling, the last of them 1
 */
export function prepareRows<Row extends object>(
  columns: readonly (keyof Row & string)[],
  build: (rows: readonly Holes<Row>[]) => Compilable<unknown>,
  sizes: readonly number[] = SIZES,
): (db: Db, rows: readonly Row[]) => Promise<void> {
  const statements = sizes.map((size) => ({ size, run: forSize(size, columns, build) }));
  return async (db, rows) => {
    let done = 0;
    for (const { size, run } of statements) {
      for (; rows.length - done >= size; done += size) await run(db, flat(columns, rows, done, size));
    }
  };
}

/** Values by their places: a list costs a tenth of an object with a name for each. */
type Flat = Readonly<Record<number, unknown>>;

function forSize<Row extends object>(
  size: number,
  columns: readonly (keyof Row & string)[],
  build: (rows: readonly Holes<Row>[]) => Compilable<unknown>,
): Prepared<Flat, unknown> {
  const indexes = Array.from({ length: size }, (_, index) => index);
  const names = Array.from({ length: size * columns.length }, (_, place) => place);
  return prepare<Flat, unknown>(names, (holes) =>
    build(
      indexes.map((index) => {
        const row = Object.fromEntries(columns.map((column, place) => [column, holes[index * columns.length + place]]));
        return row as Holes<Row>;
      }),
    ),
  );
}

function flat<Row extends object>(
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
  from: number,
  size: number,
): Flat {
  const values: unknown[] = [];
  for (let at = from; at < from + size; at += 1) for (const column of columns) values.push(rows[at]?.[column]);
  return values;
}
